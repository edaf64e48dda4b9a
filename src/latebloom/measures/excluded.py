"""Excluded loss: the model robbed of its generalising circuit, judged on what it memorised."""

import numpy as np

from latebloom.circuits.modular.projections import excluded_logits
from latebloom.measures.snapshot import Snapshot


def excluded(snapshot: Snapshot) -> dict[str, float]:
    """``excluded_loss`` without all key frequencies (P), ``excluded_loss.k6`` without one (W), in nats.

    CE on the train set (all pairs for a stream) of L - Σ_k P_k L. Source: facts.md, "Definitions".
    ``excluded_loss_control``: the same for as many random non-key frequencies, always the same ones; left out where
    there are not enough. Where train loss is 1e-7, taking away anything multiplies it.
    """
    if snapshot.phase is None:
        return {}
    grid, sign = snapshot.phase
    mask = snapshot.train_mask
    found = {"excluded_loss": grid.loss(excluded_logits(grid, snapshot.keys, sign), mask)}
    for k in snapshot.keys:
        found[f"excluded_loss.k{k}"] = grid.loss(excluded_logits(grid, [k], sign), mask)
    others = _others(grid.p, snapshot.keys)
    if others:
        found["excluded_loss_control"] = grid.loss(excluded_logits(grid, others, sign), mask)
    return found


def _others(p: int, keys: tuple[int, ...]) -> list[int]:
    """As many non-key frequencies as there are key ones, the same each time; without Nyquist, a single wave."""
    left = [k for k in range(1, (p + 1) // 2) if k not in keys]
    if len(left) < len(keys):
        return []
    return np.random.default_rng(0).permutation(left)[: len(keys)].tolist()
