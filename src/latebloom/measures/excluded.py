"""Excluded loss: the model robbed of its generalising circuit, judged on what it memorised."""

from collections.abc import Sequence

import numpy as np

from latebloom.circuits.modular.grid import masked
from latebloom.circuits.modular.projections import phase_part
from latebloom.measures.snapshot import Snapshot


def excluded(snapshot: Snapshot) -> dict[str, float]:
    """``excluded_loss`` without all key frequencies, ``excluded_loss.k6`` without one, in nats.

    CE on the train set (all pairs for a stream) of L - Σ_k P_k L. Source: Nanda et al., 2023, and the write-up.
    ``excluded_loss_control``: the same for as many random non-key frequencies, always the same ones; left out where
    there are not enough. Where train loss is 1e-7, taking away anything multiplies it.
    """
    if snapshot.phase is None:
        return {}
    grid, sign = snapshot.phase
    keys, mask = snapshot.keys, snapshot.train_mask
    others = _others(grid.p, keys)
    # Projecting is linear in the logits and the directions are orthogonal: once for all frequencies and subsets.
    part, rows = phase_part(grid, [*keys, *others], sign), masked(grid.logits, mask)

    def without(ks: Sequence[int]) -> float:
        return float(grid.row_losses(rows - part.along(ks, mask), mask).mean())

    found = {"excluded_loss": without(keys)} | {f"excluded_loss.k{k}": without([k]) for k in keys}
    return found | ({"excluded_loss_control": without(others)} if others else {})


def _others(p: int, keys: tuple[int, ...]) -> list[int]:
    """As many non-key frequencies as there are key ones, the same each time; without Nyquist, a single wave."""
    left = [k for k in range(1, (p + 1) // 2) if k not in keys]
    if len(left) < len(keys):
        return []
    return np.random.default_rng(0).permutation(left)[: len(keys)].tolist()
