"""Luck at the start: the initial embedding, looked at along the final embedding's principal components."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.modular.embedding import circularity, embedding_components


@dataclass(frozen=True)
class InitialCircle:
    """The initial embedding in the plane of two final components of one frequency.

    k: that frequency. scores: the initial embedding in the plane. circularity: share of their variance at k.
    control: mean circularity at k of the same embedding in random planes; control_max: the largest.
    """

    k: int
    scores: Float[Tensor, "x 2"]
    circularity: float
    control: float
    control_max: float


def initial_circles(
    initial: Float[Tensor, "x d_model"],
    final: Float[Tensor, "x d_model"],
    count: int = 10,
    draws: int = 200,
    seed: int = 0,
) -> list[InitialCircle]:
    """For each circle among the final embedding's first ``count`` components: is it there at initialisation?

    Both embeddings have one row per operand. ``draws`` random planes are the control, the same for every circle.
    Limits: the variance within the plane is what it is; a circle here says that training kept a direction that was
    already good, not that training had to. Source: the write-up, footnote 5.
    """
    components = embedding_components(final, count)
    generator = torch.Generator().manual_seed(seed)
    planes = torch.randn(draws, initial.shape[1], 2, generator=generator, dtype=torch.float64).to(initial)
    # Orthonormal axes: a plane's circularity must not depend on how it is spanned.
    random = [initial @ plane for plane in torch.linalg.qr(planes).Q]
    found = []
    for k, first, second in components.circles():
        scores = initial @ components.directions[[first, second]].T
        control = [circularity(other, k) for other in random]
        found.append(InitialCircle(k, scores, circularity(scores, k), sum(control) / draws, max(control)))
    return found
