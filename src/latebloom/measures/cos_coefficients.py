"""The three-dimensional variants of excluded and restricted loss, and the coefficients of the cosine waves."""

from latebloom.circuits.modular.cos_waves import cos_waves
from latebloom.circuits.modular.grid import masked
from latebloom.measures.snapshot import Snapshot


def cos_coefficients(snapshot: Snapshot) -> dict[str, float]:
    """``cos_coefficient.k6``: least-squares coefficient of the logits on cos(2πk(x + s·y - z)/p), key frequencies.

    ``excluded_3d_loss``: CE on the train set without these waves; ``restricted_3d_loss``: CE over all pairs of
    these waves alone. Source: the write-up's fit of the logits; the losses are of the published
    training code.
    """
    if snapshot.phase is None:
        return {}
    grid, sign = snapshot.phase
    waves, mask = cos_waves(grid, snapshot.keys, sign), snapshot.train_mask
    without = masked(grid.logits, mask) - waves.rows(mask)
    return {
        **{f"cos_coefficient.k{k}": float(a) for k, a in zip(waves.ks, waves.coefficients)},
        "excluded_3d_loss": float(grid.row_losses(without, mask).mean()),
        "restricted_3d_loss": waves.loss(grid.labels),
    }
