"""Boundaries that the progress measures add: where the restricted loss falls, where the excluded loss parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from latebloom.phases.answer import Boundary
from latebloom.phases.phase_change import PhaseChange, find_phase_change
from latebloom.phases.series import Series

RESTRICTED_RULE = (
    "Restricted loss begins its fall: the corner from which it falls, on a log scale, at least twice as fast as before."
)
EXCLUDED_RULE = (
    "Excluded loss parts from train loss: the corner from which train over excluded loss falls, on a log scale, at "
    "least twice as fast as before."
)


def progress_boundaries(series: Mapping[str, Series]) -> Iterator[Boundary]:
    """A boundary for each progress measure that is there and changes; the write-up's "generalisation" is the first."""
    if "restricted_loss" in series:
        change = find_phase_change(series["restricted_loss"])
        if isinstance(change, PhaseChange):
            yield Boundary.at("restricted loss falls", change.onset, RESTRICTED_RULE)
    if "excluded_loss" in series:
        change = find_phase_change(_train_over_excluded(series["train_loss"], series["excluded_loss"]))
        if isinstance(change, PhaseChange):
            yield Boundary.at("excluded loss parts", change.onset, EXCLUDED_RULE)


def _train_over_excluded(train: Series, excluded: Series) -> Series:
    """The ratio at the steps of ``excluded``; near 1 while the model memorises, then ever smaller."""
    inside = excluded.between(train.step[0], train.step[-1])
    usable = inside.value > 0
    at = inside.step[usable]
    return Series(at, np.interp(at, train.step, train.value) / inside.value[usable])
