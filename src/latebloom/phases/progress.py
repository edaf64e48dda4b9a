"""Boundaries from progress measures: where restricted loss falls fast, where excluded parts from train loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from latebloom.phases.location import Location
from latebloom.phases.phase_change import PhaseChange, find_phase_change
from latebloom.phases.series import Series

RESTRICTED_LOSS, EXCLUDED_LOSS = "restricted_loss", "excluded_loss"
"""Names of the series; phases may not import the columns of `latebloom.circuits.modular.measures`."""

RESTRICTED_RULE = (
    "Restricted loss falls fast: the corner from which it falls, on a log scale, at least twice as fast as before."
)
EXCLUDED_RULE = (
    "Excluded loss parts from train loss: the corner from which train over excluded loss falls, on a log scale, at "
    "least twice as fast as before."
)


def progress_boundaries(series: Mapping[str, Series]) -> Iterator[tuple[str, Location, str]]:
    """Name, step and rule for each recorded progress measure with a corner before its fall; the first is the write-up's
    "generalisation"."""
    if RESTRICTED_LOSS in series:
        change = find_phase_change(series[RESTRICTED_LOSS])
        if isinstance(change, PhaseChange) and change.has_onset:
            yield "restricted loss falls fast", change.onset, RESTRICTED_RULE
    if EXCLUDED_LOSS in series:
        change = find_phase_change(_train_over_excluded(series["train_loss"], series[EXCLUDED_LOSS]))
        if isinstance(change, PhaseChange) and change.has_onset:
            yield "excluded loss parts", change.onset, EXCLUDED_RULE


def _train_over_excluded(train: Series, excluded: Series) -> Series:
    """Train over excluded loss at the steps of ``excluded``; near 1 during memorisation, then decreasing."""
    inside = excluded.between(train.step[0], train.step[-1])
    usable = inside.value > 0
    at = inside.step[usable]
    return Series(at, np.interp(at, train.step, train.value) / inside.value[usable])
