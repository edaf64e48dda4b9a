"""The ten digits' embedding in the base-10 Fourier basis, compared with the same vectors in random orders."""

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom._config import Config
from latebloom.circuits.modular.embedding import embedding_fractions
from latebloom.fourier import energy_by_frequency, frequencies, gini, transform

SHUFFLES = 1000
"""Random orders drawn for the control, which resolve a share of 1 in 1 000."""


class DigitSpectrum(Config):
    """Shares of the digits' embedding without its constant, by frequency k = 1 … 5 (5 is the single wave + - + - …).

    expected: average fraction of the same ten vectors in random order: 2/9 for each k, 1/9 for k = 5.
    above: share of random orders whose fraction at k is at least as large; small if the digits follow that wave.
    gini: of the fractions. All are empty, or None, if the embedding does not vary.
    """

    fraction: dict[int, float]
    expected: dict[int, float]
    above: dict[int, float]
    gini: float | None


def digit_spectrum(embedding: Float[Tensor, "10 d_model"], seed: int = 0) -> DigitSpectrum:
    """The spectrum of the digits' rows of W_E, with shuffled digits as control (`SHUFFLES` orders).

    In a random order every direction that is not constant gets 1/9 of the energy on average, whatever the vectors.
    """
    rows = embedding.double()
    fractions, ks = embedding_fractions(rows), frequencies(len(rows))
    if fractions is None:
        return DigitSpectrum(fraction={}, expected={}, above={}, gini=None)
    others = _shuffled(rows, seed)
    above = (others >= fractions).double().mean(0)
    waves = {k: 1 if 2 * k == len(rows) else 2 for k in ks}
    return DigitSpectrum(
        fraction=dict(zip(ks, fractions.tolist())),
        expected={k: count / (len(rows) - 1) for k, count in waves.items()},
        above=dict(zip(ks, above.tolist())),
        gini=gini(fractions),
    )


def _shuffled(rows: Float[Tensor, "10 d_model"], seed: int) -> Float[Tensor, "shuffle 5"]:
    """Fractions of the same rows in random orders."""
    generator = torch.Generator().manual_seed(seed)
    u, s, _ = torch.linalg.svd(rows - rows.mean(0), full_matrices=False)
    scores = u * s  # at most ten columns with the rows' inner products, however wide the model
    orders = torch.stack([torch.randperm(len(rows), generator=generator) for _ in range(SHUFFLES)], dim=1)
    energy = energy_by_frequency(transform(scores[orders], (0,))).sum(2)
    return (energy / energy.sum(0)).T
