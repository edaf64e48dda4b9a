"""How many runs of a sweep grok, when, and what a field of the grid does to that; with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from latebloom._config import Config
from latebloom.figures.sweep.columns import grok_times, in_order, level_text, levels, with_values
from latebloom.statistics import Estimate, GrokTimes, PowerLaw, fit_power_law, level_effects, median_step, share
from latebloom.statistics.level_effects import LevelEffect
from latebloom.sweeps.sweep import Sweep, load_sweep

if TYPE_CHECKING:
    import pandas

    from latebloom.statistics.phase_diagram import Level


class Group(Config):
    """Runs that have one value of the field, or all runs. grokked: share with 99 % test accuracy so far (runs that have
    not may yet). median_step: by which half of them have it. effect: against the first group, None for that one."""

    level: str
    runs: int
    grokked: Estimate
    median_step: Estimate
    effect: LevelEffect | None


class Effects(Config):
    """field None: all runs as one group. law: step against the field, for a field of three or more positive numbers."""

    field: str | None
    groups: tuple[Group, ...]
    law: PowerLaw | None


def effects(
    target: pandas.DataFrame | Sweep | str | Path, field: str | None = None, root: str | Path = "runs"
) -> Effects:
    """The effects in a sweep (an object, a path or a name under ``root``), or in its table (``Sweep.frame``).

    Runs that have not grokked are censored, not dropped.

    Errors: UsageError for a field that is no column, or without a run that has begun.
    """
    frame = load_sweep(target, root).frame if isinstance(target, Sweep | str | Path) else target
    table = with_values(frame, ["step"] if field is None else ["step", field])
    found: Sequence[Level] = ["all"] * len(table) if field is None else levels(table, field)
    order = in_order(found)
    times = {
        level_text(level): grok_times(table[[other == level for other in found]].reset_index(drop=True))
        for level in order
    }
    against = {effect.level: effect for effect in level_effects(times)} if len(times) > 1 else {}
    groups = tuple(_group(name, group, against.get(name)) for name, group in times.items())
    return Effects(field=field, groups=groups, law=_law(found, table))


def _group(name: str, times: GrokTimes, effect: LevelEffect | None) -> Group:
    return Group(
        level=name, runs=len(times), grokked=share(times.grokked), median_step=median_step(times), effect=effect
    )


def _law(found: Sequence[Level], table: pandas.DataFrame) -> PowerLaw | None:
    values = [level for level in found if not isinstance(level, str)]
    if len(values) < len(found) or len({value for value in values if value > 0}) < 3:
        return None
    return fit_power_law(np.array(values, dtype=float), grok_times(table))
