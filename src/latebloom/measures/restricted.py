"""Restricted loss: the model with only its generalising circuit left (the write-up's trig loss)."""

from latebloom.circuits.modular.projections import restricted_logits
from latebloom.measures.snapshot import Snapshot


def restricted(snapshot: Snapshot) -> dict[str, float]:
    """``restricted_loss`` over all pairs, ``restricted_train_loss`` and ``restricted_test_loss``, in nats.

    CE(Σ_k P_k L + mean over (x, y) of the rest), k over the key frequencies. Source: facts.md, "Definitions".
    """
    if snapshot.phase is None:
        return {}
    grid, sign = snapshot.phase
    logits = restricted_logits(grid, snapshot.keys, sign)
    found = {"restricted_loss": grid.loss(logits)}
    mask = snapshot.train_mask
    if mask is not None:
        found["restricted_train_loss"] = grid.loss(logits, mask)
        if not bool(mask.all()):
            found["restricted_test_loss"] = grid.loss(logits, ~mask)
    return found
