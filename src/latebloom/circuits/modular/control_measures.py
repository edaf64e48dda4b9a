"""Measures of random frequencies that are not key: the controls of excluded loss and of restricted loss."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from latebloom.measures import MEASURES, Column, Measure, Snapshot

if TYPE_CHECKING:
    from latebloom.circuits.modular.projections import PhasePart


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


def measured_waves(snapshot: Snapshot) -> PhasePart:
    """The logits' part along the key frequencies and along all random ones: one projection for every measure. It needs
    a phase direction (`latebloom.circuits.modular.views.phase`)."""
    from latebloom.circuits.modular.projections import phase_part
    from latebloom.circuits.modular.views import grid, keys

    whole = snapshot.get(grid)
    assert whole.sign is not None
    return phase_part(whole, sorted({*snapshot.get(keys), *chain(*_drawn(snapshot))}), whole.sign)


def _drawn(snapshot: Snapshot) -> list[list[int]]:
    """The random sets of frequencies; the first is also that of excluded loss."""
    from latebloom.circuits.modular.views import grid, keys

    n, ks = snapshot.get(grid).order, snapshot.get(keys)
    return [other_frequencies(n, ks, seed) for seed in range(RESTRICTED_DRAWS)]


def excluded_controls(snapshot: Snapshot) -> dict[str, float]:
    """Excluded loss without each of the random frequencies alone."""
    import torch

    from latebloom.circuits.modular.views import keys, phase, train_less

    grid_and_sign = snapshot.get(phase)
    if grid_and_sign is None or snapshot.lacks_train_set:
        return {}
    whole, _ = grid_and_sign
    others, part = other_frequencies(whole.order, snapshot.get(keys)), snapshot.get(measured_waves)
    if not others:
        return {}
    losses = snapshot.get(train_less).means(torch.stack([part.by_sum([k]) for k in others]))
    return {EXCLUDED_CONTROL_ALONE.of(k=k): loss for k, loss in zip(others, losses, strict=True)}


def restricted_control(snapshot: Snapshot) -> dict[str, float]:
    """Restricted loss of random frequencies in place of the key ones."""
    from latebloom.circuits.modular.projections import restricted_table
    from latebloom.circuits.modular.sum_losses import table_losses
    from latebloom.circuits.modular.views import phase

    grid_and_sign = snapshot.get(phase)
    if grid_and_sign is None:
        return {}
    whole, _ = grid_and_sign
    drawn = _drawn(snapshot)
    if not all(drawn):
        return {}
    part = snapshot.get(measured_waves)
    losses = [table_losses(whole, restricted_table(whole, part, ks)).mean() for ks in drawn]
    return {RESTRICTED_CONTROL.name: float(min(losses))}


for _measure in (
    Measure("excluded_controls", excluded_controls, (EXCLUDED_CONTROL_ALONE,), "modular"),
    Measure("restricted_control", restricted_control, (RESTRICTED_CONTROL,), "modular"),
):
    MEASURES.register(_measure)
