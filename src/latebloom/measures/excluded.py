"""Excluded loss: the model robbed of its generalising circuit, judged on what it memorised."""

from latebloom.circuits.modular.projections import excluded_logits
from latebloom.measures.snapshot import Snapshot


def excluded(snapshot: Snapshot) -> dict[str, float]:
    """``excluded_loss`` without all key frequencies (P), ``excluded_loss.k6`` without one (W), in nats.

    CE on the train set (all pairs for a stream) of L - Σ_k P_k L. Source: facts.md, "Definitions".
    """
    if snapshot.phase is None:
        return {}
    grid, sign = snapshot.phase
    mask = snapshot.train_mask
    found = {"excluded_loss": grid.loss(excluded_logits(grid, snapshot.keys, sign), mask)}
    for k in snapshot.keys:
        found[f"excluded_loss.k{k}"] = grid.loss(excluded_logits(grid, [k], sign), mask)
    return found
