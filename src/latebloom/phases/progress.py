"""Boundaries from progress measures: restricted loss is low, excluded loss has parted from train loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from latebloom.phases.crossing import crossing
from latebloom.phases.location import Location
from latebloom.phases.series import Series

RESTRICTED_LOSS, EXCLUDED_LOSS = "restricted_loss", "excluded_loss"
"""Names of the series; phases may not import the columns of `latebloom.circuits.modular.measures`."""

RESTRICTED_HALVES, EXCLUDED_PARTS = "restricted loss under half of guessing", "excluded loss twice train loss"
"""Names of the boundaries. Crossings rather than corners, so that they can be compared with that of the test loss, and
do not depend on the rest of the record."""

LOW, APART = 0.5, 2.0
"""Restricted loss is low at this share of guessing, and excluded loss has parted at this many times train loss. Both
are arbitrary; restricted loss begins at guessing, and excluded loss at train loss."""

RESTRICTED_RULE = "Restricted loss stays under half of the loss of guessing from this step on; dips are forgiven."
EXCLUDED_RULE = "Excluded loss stays above twice the train loss from this step on; dips are forgiven."


def progress_boundaries(series: Mapping[str, Series], guessing: float | None) -> Iterator[tuple[str, Location, str]]:
    """Name, step and rule for each recorded progress measure that gets there; guessing: its loss, in nats."""
    if RESTRICTED_LOSS in series and guessing is not None:
        restricted = series[RESTRICTED_LOSS]
        low = crossing(Series(restricted.step, -restricted.value), -LOW * guessing)
        if low is not None:
            yield RESTRICTED_HALVES, low, RESTRICTED_RULE
    if EXCLUDED_LOSS in series:
        parted = crossing(_excluded_over_train(series["train_loss"], series[EXCLUDED_LOSS]), np.log10(APART))
        if parted is not None:
            yield EXCLUDED_PARTS, parted, EXCLUDED_RULE


def _excluded_over_train(train: Series, excluded: Series) -> Series:
    """The decimal logarithm of excluded over train loss at the steps of ``excluded``; near 0 during memorisation."""
    inside = excluded.between(train.step[0], train.step[-1])
    there = np.interp(inside.step, train.step, train.value)
    usable = (inside.value > 0) & (there > 0)
    return Series(inside.step[usable], np.log10(inside.value[usable] / there[usable]))
