"""Figures of many runs, drawn from a pandas DataFrame with one row per run. Only drawing needs matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

from latebloom.figures.render import file_format
from latebloom.figures.sweep import (
    crossover,
    field_effect,
    phase_diagram,
    seed_auc,
    seed_circuits,
    seed_frequencies,
    seed_leads,
    survival,
)
from latebloom.figures.sweep.figure import SWEEP_FIGURES, SweepFigure, drawn
from latebloom.store import atomic_write, check_output

if TYPE_CHECKING:
    import pandas

for _figure in (
    survival.FIGURE,
    field_effect.FIGURE,
    phase_diagram.FIGURE,
    crossover.FIGURE,
    seed_frequencies.FIGURE,
    seed_auc.FIGURE,
    seed_circuits.FIGURE,
    seed_leads.FIGURE,
):
    SWEEP_FIGURES.register(_figure)


@overload
def render_sweep_figure(name: str, table: pandas.DataFrame, fields: Sequence[str] = (), path: None = None) -> bytes: ...
@overload
def render_sweep_figure(name: str, table: pandas.DataFrame, fields: Sequence[str], path: Path | str) -> Path: ...
def render_sweep_figure(
    name: str, table: pandas.DataFrame, fields: Sequence[str] = (), path: Path | str | None = None
) -> Path | bytes:
    """Draw a figure of a table of runs: SVG as bytes, or a file in the format of its suffix (.svg, .png, .pdf).

    table: one row per run with the columns that the figure needs, out of ``step`` (the last), ``outcome``,
    ``train_learned_at`` and ``test_learned_at`` (null: not yet), ``training.steps``, ``key_frequencies`` (a list),
    ``task.p``, and the ``fields`` on the axes. Errors: UsageError in one line for an unknown name, field or suffix, a
    figure that is undefined for these runs, or if matplotlib is missing.
    """
    figure, target = SWEEP_FIGURES[name], None if path is None else Path(path)
    if target is None:
        return drawn(figure, figure.data_of(table, *fields))
    kind = file_format(target)
    check_output(target)
    atomic_write(target, drawn(figure, figure.data_of(table, *fields), kind))
    return target


__all__ = ["SWEEP_FIGURES", "SweepFigure", "drawn", "render_sweep_figure"]
