"""The embedding in the Fourier basis: spectrum, principal components, circles."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.fourier import basis_rows, energy_by_frequency, rounding_energy, transform

CIRCLE = 0.5
"""A plane counts as a circle if more than half of its variance is on one frequency. A random plane has 2/(p - 1)."""


def embedding_fractions(embedding: Float[Tensor, "x d_model"]) -> Float[Tensor, "k"] | None:
    """(‖W_E cos k‖² + ‖W_E sin k‖²) / Σ over k ≥ 1, for k = 1 … p//2; None for an embedding without variation."""
    energy = energy_by_frequency(transform(embedding, (0,))).sum(1)
    total = energy.sum()
    return energy / total if total > rounding_energy(embedding) else None


def embedding_norms(embedding: Float[Tensor, "x d_model"]) -> Float[Tensor, " f"]:
    """Norm of the embedding along each row of the Fourier basis. Source: the write-up's embedding spectrum."""
    return transform(embedding, (0,)).norm(dim=1)


def circularity(scores: Float[Tensor, "*plane x axis"], k: int) -> Float[Tensor, "*plane"]:
    """Share of the scores' variance over the operands that is at frequency k: 1 for a circle walked k times.

    Energy of the cos k and sin k rows of the Fourier transform over that of all rows but the constant; 0 where the
    scores do not vary. A random embedding has 2/(p - 1) on average.
    """
    energy = transform(scores, (-2,)).square().sum(-1)
    total, own = energy[..., 1:].sum(-1), energy[..., list(basis_rows(k, scores.shape[-2]))].sum(-1)
    varies = total > rounding_energy(scores)
    return torch.where(varies, own / total, torch.zeros_like(total))


@dataclass(frozen=True)
class EmbeddingComponents:
    """Principal components of the embedding.

    directions: unit vectors in the residual stream. scores: the embedding along them (one value per operand).
    variance: each component's share of the variance. frequency, share: the frequency that holds most of a
    component's energy, and how much of it.
    """

    directions: Float[Tensor, "component d_model"]
    scores: Float[Tensor, "x component"]
    variance: Float[Tensor, " component"]
    frequency: Int[Tensor, " component"]
    share: Float[Tensor, " component"]

    def circles(self) -> list[tuple[int, int, int]]:
        """Pairs of components on one frequency, as (k, first, second), that form a circle when plotted against each
        other.

        A pair whose plane has less than CIRCLE of its variance on that frequency is left out: among a dozen
        components of noise, two have the same strongest frequency by chance.
        """
        by_frequency: dict[int, list[int]] = {}
        for component, k in enumerate(self.frequency.tolist()):
            by_frequency.setdefault(k, []).append(component)
        pairs = [(k, pair[0], pair[1]) for k, pair in by_frequency.items() if len(pair) >= 2]
        return [(k, a, b) for k, a, b in pairs if circularity(self.scores[:, [a, b]], k) >= CIRCLE]


def embedding_components(embedding: Float[Tensor, "x d_model"], count: int = 10) -> EmbeddingComponents:
    """PCA of the operands' embedding vectors (centred over operands), each component transformed to the Fourier basis.

    Source: the write-up, "Notable Observations", circle plots.
    """
    centred = embedding - embedding.mean(0)
    u, s, vh = torch.linalg.svd(centred, full_matrices=False)
    count = min(count, len(s))
    scores = u[:, :count] * s[:count]
    energy = energy_by_frequency(transform(scores, (0,)))
    share, best = (energy / energy.sum(0).clamp(min=torch.finfo(energy.dtype).tiny)).max(0)
    variance = s.square() / s.square().sum().clamp(min=torch.finfo(s.dtype).tiny)
    return EmbeddingComponents(vh[:count], scores, variance[:count], best + 1, share)
