"""How many runs of a sweep grok, when they generalise, and how a field of the grid affects both, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from latebloom._config import Config
from latebloom.figures.sweep.columns import generalisation_times, in_order, level_text, levels, with_values
from latebloom.statistics import (
    Estimate,
    GeneralisationTimes,
    PowerLaw,
    fit_power_law,
    level_effects,
    median_step,
    share,
)
from latebloom.statistics.level_effects import LevelEffect
from latebloom.sweeps.sweep import Sweep, load_sweep

if TYPE_CHECKING:
    import pandas

    from latebloom.statistics.phase_diagram import Level


class Group(Config):
    """The runs with one value of the field, or all runs.

    grokked: share whose outcome is "grokked" so far. generalised: share that learned the test set so far, late or at
    once; more training may raise it. median_step: the step by which half of the runs have generalised. effect: compared
    with the first group; None for that group.
    """

    level: str
    runs: int
    grokked: Estimate
    generalised: Estimate
    median_step: Estimate
    effect: LevelEffect | None


class Effects(Config):
    """field None: all runs as one group. law: step against the field, if it has three or more positive values."""

    field: str | None
    groups: tuple[Group, ...]
    law: PowerLaw | None


def effects(
    target: pandas.DataFrame | Sweep | str | Path, field: str | None = None, root: str | Path = "runs"
) -> Effects:
    """The effects in a sweep (an object, a path or a name under ``root``), or in its table (``Sweep.frame``).

    Runs that have not generalised are censored, not dropped.

    Errors: UsageError for a field that is not a column, or if no run has begun.
    """
    frame = load_sweep(target, root).frame if isinstance(target, Sweep | str | Path) else target
    table = with_values(frame, ["step"] if field is None else ["step", field])
    values: Sequence[Level] = ["all"] * len(table) if field is None else levels(table, field)
    rows = {
        level_text(level): table[[other == level for other in values]].reset_index(drop=True)
        for level in in_order(values)
    }
    times = {name: generalisation_times(group) for name, group in rows.items()}
    against = {effect.level: effect for effect in level_effects(times)} if len(times) > 1 else {}
    groups = tuple(_group(name, rows[name], times[name], against.get(name)) for name in rows)
    return Effects(field=field, groups=groups, law=_law(values, table))


def _group(name: str, rows: pandas.DataFrame, times: GeneralisationTimes, effect: LevelEffect | None) -> Group:
    return Group(
        level=name,
        runs=len(times),
        grokked=share(int((rows["outcome"] == "grokked").sum()), len(rows)),
        generalised=share(int(times.generalised.sum()), len(times)),
        median_step=median_step(times),
        effect=effect,
    )


def _law(levels_of_runs: Sequence[Level], table: pandas.DataFrame) -> PowerLaw | None:
    values = [level for level in levels_of_runs if not isinstance(level, str)]
    if len(values) < len(levels_of_runs) or len({value for value in values if value > 0}) < 3:
        return None
    return fit_power_law(np.array(values, dtype=float), generalisation_times(table))
