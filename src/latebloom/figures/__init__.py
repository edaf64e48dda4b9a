"""Figures by name, drawn from a run, as SVG, PNG or PDF. Needs matplotlib only when something is drawn."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, overload

from latebloom._errors import UsageError
from latebloom.figures import (
    attention_map,
    component_losses,
    digit_fourier,
    embedding_spectrum,
    excluded_loss,
    induction_circuit,
    induction_heads,
    initial_embedding,
    logits_fourier,
    neuron,
    neuron_fourier,
    neurons_fourier,
    principal_components,
    restricted_loss,
    training_curve,
    trigram_circuit,
    w_logit,
    weight_norms,
)
from latebloom.figures.drawing import Drawing
from latebloom.figures.figure import Figure
from latebloom.figures.render import drawn, file_format, save
from latebloom.figures.source import FigureSource
from latebloom.figures.sweep import SWEEP_FIGURES, SweepFigure, render_sweep_figure
from latebloom.runs import Run
from latebloom.store import check_output

_IN_ORDER: tuple[Figure[Any], ...] = (
    training_curve.FIGURE,
    weight_norms.FIGURE,
    embedding_spectrum.FIGURE,
    principal_components.FIGURE,
    attention_map.FIGURE,
    neuron.FIGURE,
    neuron_fourier.FIGURE,
    neurons_fourier.FIGURE,
    logits_fourier.FIGURE,
    w_logit.FIGURE,
    embedding_spectrum.BEFORE_FIGURE,
    excluded_loss.FIGURE,
    restricted_loss.FIGURE,
    initial_embedding.FIGURE,
    component_losses.FIGURE,
    digit_fourier.FIGURE,
    induction_circuit.FIGURE,
    induction_heads.FIGURE,
    trigram_circuit.FIGURE,
)

FIGURES: Mapping[str, Figure[Any]] = MappingProxyType({figure.name: figure for figure in _IN_ORDER})
"""Every figure by name, in the order of the report."""


@overload
def render(name: str, run: Run | FigureSource, path: None = None) -> bytes: ...
@overload
def render(name: str, run: Run | FigureSource, path: Path | str) -> Path: ...
def render(name: str, run: Run | FigureSource, path: Path | str | None = None) -> Path | bytes:
    """Draw a figure of a run: as SVG (bytes), or into a file, whose suffix .svg, .png or .pdf says the format.

    Errors: UsageError in one line for an unknown name, another suffix, a figure that is undefined for this run
    (what is missing and how to get it), or without matplotlib.
    """
    if name not in FIGURES:
        raise UsageError(f"figure: got {name!r}, expected one of {', '.join(FIGURES)}")
    target = None if path is None else Path(path)
    if target is not None:
        file_format(target)
        check_output(target)
    figure = FIGURES[name]
    data = (run if isinstance(run, FigureSource) else FigureSource(run)).data_of(figure)
    return drawn(figure, data) if target is None else save(figure, data, target)


__all__ = [
    "FIGURES",
    "SWEEP_FIGURES",
    "Drawing",
    "Figure",
    "FigureSource",
    "SweepFigure",
    "drawn",
    "render",
    "render_sweep_figure",
]
