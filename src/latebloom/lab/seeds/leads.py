"""Whether restricted and excluded loss move before test loss, by the rules of the claims, with steps to pool."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from latebloom.claims.training import FALLEN_SHARE, PARTED_FACTOR
from latebloom.statistics.lead import Lead, first_below, lead

Columns = Mapping[str, Float[np.ndarray, " checkpoint"]]
"""Measures by name, one value per checkpoint, NaN where there is none; ``step`` among them."""

RESTRICTED_RULE = (
    "Restricted loss is under a tenth of chance, ln p (arbitrary), at an earlier checkpoint than test loss."
)
EXCLUDED_RULE = (
    "Excluded loss is ten times train loss (arbitrary), and ten times that without random frequencies, before test "
    "loss falls."
)


def restricted_lead(columns: Columns, p: int) -> Lead:
    """RESTRICTED_RULE at the checkpoints; undecided in a tie, or where one of the two never falls."""
    if not {"restricted_loss", "test_loss"} <= columns.keys():
        return Lead(leads=None, reason="there is no restricted loss, or no test loss")
    level = FALLEN_SHARE * float(np.log(p))
    return lead(*(first_below(columns["step"], columns[name], level) for name in ("restricted_loss", "test_loss")))


def excluded_lead(columns: Columns, test_loss_falls: float | None) -> Lead:
    """EXCLUDED_RULE; undecided where the change lies between two checkpoints, or no start was found."""
    if not {"excluded_loss", "excluded_loss_control", "train_loss"} <= columns.keys():
        return Lead(leads=None, reason="there is no excluded loss, or too few frequencies are left for its control")
    if test_loss_falls is None:
        return Lead(leads=None, reason="the step at which test loss begins to fall is unknown")
    level = PARTED_FACTOR * np.fmax(columns["train_loss"], columns["excluded_loss_control"])
    steps, apart = columns["step"], np.flatnonzero(columns["excluded_loss"] > level)
    if not apart.size:
        return Lead(leads=False, reason="excluded loss never parts")
    first = int(apart[0])
    return lead(float(steps[first]), test_loss_falls, float(steps[first - 1]) if first else None)
