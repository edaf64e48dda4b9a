"""Restricted loss: the model with only its generalising circuit left (the write-up's trig loss)."""

from latebloom.circuits.modular.projections import restricted_logits
from latebloom.measures.snapshot import Snapshot


def restricted(snapshot: Snapshot) -> dict[str, float]:
    """``restricted_loss`` over all pairs, ``restricted_train_loss`` and ``restricted_test_loss``, in nats.

    CE(Σ_k P_k L + mean over (x, y) of the rest), k over the key frequencies. Source: the write-up's trig loss,
    as Nanda et al., 2023, define it.
    """
    if snapshot.phase is None:
        return {}
    grid, sign = snapshot.phase
    by_pair = grid.pair_losses(restricted_logits(grid, snapshot.keys, sign))
    found = {"restricted_loss": float(by_pair.mean())}
    mask = snapshot.train_mask
    if mask is not None:
        found["restricted_train_loss"] = float(by_pair[mask].mean())
        if not bool(mask.all()):
            found["restricted_test_loss"] = float(by_pair[~mask].mean())
    return found
