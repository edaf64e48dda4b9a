"""Measures of random frequencies that are not key: the controls of excluded loss and of restricted loss."""

from collections.abc import Sequence

import numpy as np
import torch

from latebloom.circuits.modular.projections import phase_part, restricted_table
from latebloom.circuits.modular.sum_losses import table_losses
from latebloom.circuits.modular.views import keys, phase, train_less
from latebloom.measures import MEASURES, Column, Measure, Snapshot

RESTRICTED_DRAWS = 3
"""Random sets of frequencies for restricted loss. A few suffice: none of them holds a circuit."""

EXCLUDED_CONTROL_ALONE = Column(
    "excluded_loss_control.k{k}",
    "nats",
    "excluded loss without one frequency that is not key, for each of the random frequencies of excluded_loss_control",
)
RESTRICTED_CONTROL = Column(
    "restricted_loss_control",
    "nats",
    f"the smallest restricted loss over {RESTRICTED_DRAWS} random sets of as many frequencies that are not key, the "
    "same sets at every checkpoint; left out if there are too few frequencies",
)


def other_frequencies(n: int, ks: Sequence[int], seed: int = 0) -> list[int]:
    """As many random non-key frequencies as there are key ones, the same for the same seed; none if too few are left.

    n: number of positions. The Nyquist frequency of an even n is left out, because it is a single wave.
    """
    left = [k for k in range(1, (n + 1) // 2) if k not in ks]
    if len(left) < len(ks):
        return []
    return np.random.default_rng(seed).permutation(left)[: len(ks)].tolist()


def excluded_controls(snapshot: Snapshot) -> dict[str, float]:
    """Excluded loss without each of the random frequencies alone."""
    grid_and_sign = snapshot.get(phase)
    if grid_and_sign is None or snapshot.lacks_train_set:
        return {}
    whole, sign = grid_and_sign
    others = other_frequencies(whole.order, snapshot.get(keys))
    if not others:
        return {}
    part = phase_part(whole, others, sign)
    losses = snapshot.get(train_less).means(torch.stack([part.by_sum([k]) for k in others]))
    return {EXCLUDED_CONTROL_ALONE.of(k=k): loss for k, loss in zip(others, losses, strict=True)}


def restricted_control(snapshot: Snapshot) -> dict[str, float]:
    """Restricted loss of random frequencies in place of the key ones."""
    grid_and_sign = snapshot.get(phase)
    if grid_and_sign is None:
        return {}
    whole, sign = grid_and_sign
    drawn = [other_frequencies(whole.order, snapshot.get(keys), seed) for seed in range(RESTRICTED_DRAWS)]
    if not all(drawn):
        return {}
    losses = [table_losses(whole, restricted_table(whole, ks, sign)).mean() for ks in drawn]
    return {RESTRICTED_CONTROL.name: float(min(losses))}


for _measure in (
    Measure("excluded_controls", excluded_controls, (EXCLUDED_CONTROL_ALONE,), "modular"),
    Measure("restricted_control", restricted_control, (RESTRICTED_CONTROL,), "modular"),
):
    MEASURES.register(_measure)
