"""The three-dimensional variants of excluded and restricted loss, and the coefficients of the cosine waves."""

from latebloom.circuits.modular.projections import cos_waves
from latebloom.measures.snapshot import Snapshot


def cos_coefficients(snapshot: Snapshot) -> dict[str, float]:
    """``cos_coefficient.k6``: least-squares coefficient of the logits on cos(2πk(x + s·y - z)/p), key frequencies.

    ``excluded_3d_loss``: CE on the train set without these waves; ``restricted_3d_loss``: CE over all pairs of
    these waves alone. Source: facts.md, "Cos fit" and "Three-dimensional variant (C)".
    """
    if snapshot.phase is None:
        return {}
    grid, sign = snapshot.phase
    waves = cos_waves(grid, snapshot.keys, sign)
    return {
        **{f"cos_coefficient.k{k}": float(a) for k, a in zip(waves.ks, waves.coefficients)},
        "excluded_3d_loss": grid.loss(grid.logits - waves.fit, snapshot.train_mask),
        "restricted_3d_loss": grid.loss(waves.fit),
    }
