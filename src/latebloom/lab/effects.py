"""How many runs of a sweep generalise, when, and what a field of the grid does to that; with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from latebloom._config import Config
from latebloom.figures.sweep.columns import generalisation_times, in_order, level_text, levels, with_values
from latebloom.statistics import Estimate, GeneralisationTimes, PowerLaw, fit_power_law, level_effects, median_step, share
from latebloom.statistics.level_effects import LevelEffect

if TYPE_CHECKING:
    import pandas

    from latebloom.statistics.phase_diagram import Level


class Group(Config):
    """Runs that have one value of the field, or all runs. generalised: share with 99 % test accuracy so far (runs that have
    not may yet). median_step: by which half of them have it. effect: against the first group, None for that one."""

    level: str
    runs: int
    generalised: Estimate
    median_step: Estimate
    effect: LevelEffect | None


class Effects(Config):
    """field None: all runs as one group. law: step against the field, for a field of three or more positive numbers."""

    field: str | None
    groups: tuple[Group, ...]
    law: PowerLaw | None


def effects(frame: pandas.DataFrame, field: str | None = None) -> Effects:
    """From a table of runs (`latebloom.load_sweep(…).frame`); runs that have not generalised are censored, not dropped.

    Errors: UsageError for a field that is no column, or without a run that has begun.
    """
    table = with_values(frame, ["step"] if field is None else ["step", field])
    found: Sequence[Level] = ["all"] * len(table) if field is None else levels(table, field)
    order = in_order(found)
    times = {
        level_text(level): generalisation_times(table[[other == level for other in found]].reset_index(drop=True))
        for level in order
    }
    against = {effect.level: effect for effect in level_effects(times)} if len(times) > 1 else {}
    groups = tuple(_group(name, group, against.get(name)) for name, group in times.items())
    return Effects(field=field, groups=groups, law=_law(found, table))


def _group(name: str, times: GeneralisationTimes, effect: LevelEffect | None) -> Group:
    return Group(
        level=name, runs=len(times), generalised=share(times.generalised), median_step=median_step(times), effect=effect
    )


def _law(found: Sequence[Level], table: pandas.DataFrame) -> PowerLaw | None:
    values = [level for level in found if not isinstance(level, str)]
    if len(values) < len(found) or len({value for value in values if value > 0}) < 3:
        return None
    return fit_power_law(np.array(values, dtype=float), generalisation_times(table))
