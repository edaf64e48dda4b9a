"""Whether restricted and excluded loss change before test loss, by the rules of the claims, and by how many steps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from latebloom.circuits.modular.measures import EXCLUDED, EXCLUDED_CONTROL, RESTRICTED
from latebloom.claims.training import FALLEN_SHARE, PARTED_FACTOR
from latebloom.measures.any_model import TEST_LOSS, TRAIN_LOSS
from latebloom.statistics.lead import Lead, first_below, lead

MeasureArrays = Mapping[str, Float[np.ndarray, " checkpoint"]]
"""Measures by name, including ``step``; one value per checkpoint, NaN where undefined."""

RESTRICTED_RULE = (
    "Restricted loss is under a tenth of chance, ln p (arbitrary), at an earlier checkpoint than test loss."
)
EXCLUDED_RULE = (
    "Excluded loss is ten times train loss (arbitrary), and ten times that without random frequencies, before test "
    "loss stays under guessing."
)


def restricted_lead(columns: MeasureArrays, p: int) -> Lead:
    """Apply RESTRICTED_RULE to the checkpoints; undecided in a tie, or if one of the two never falls."""
    if not {RESTRICTED.name, TEST_LOSS.name} <= columns.keys():
        return Lead(leads=None, reason="there is no restricted loss, or no test loss")
    level = FALLEN_SHARE * float(np.log(p))
    return lead(*(first_below(columns["step"], columns[loss.name], level) for loss in (RESTRICTED, TEST_LOSS)))


def excluded_lead(columns: MeasureArrays, under_guessing: float | None) -> Lead:
    """Apply EXCLUDED_RULE; undecided if the step lies between two checkpoints, or its step is unknown."""
    if not {EXCLUDED.name, EXCLUDED_CONTROL.name, TRAIN_LOSS.name} <= columns.keys():
        return Lead(leads=None, reason="there is no excluded loss, or too few frequencies are left for its control")
    if under_guessing is None:
        return Lead(leads=None, reason="test loss does not stay under guessing")
    level = PARTED_FACTOR * np.fmax(columns[TRAIN_LOSS.name], columns[EXCLUDED_CONTROL.name])
    steps, parted = columns["step"], np.flatnonzero(columns[EXCLUDED.name] > level)
    if not parted.size:
        return Lead(leads=False, reason="excluded loss never parts")
    first = int(parted[0])
    return lead(float(steps[first]), under_guessing, float(steps[first - 1]) if first else None)
