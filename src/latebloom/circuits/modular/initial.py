"""The initial embedding, projected on the final embedding's principal components."""

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
    """For each circle among the final embedding's first ``count`` components: how much of it exists at initialisation.


    Both embeddings have one row per operand. ``draws`` random planes are the control, the same for every circle.
    Limits: circularity does not depend on the variance within the plane. A circle here means that training kept a
    direction that was already good, not that training needed it. Source: the write-up, footnote 5.
    """
    components = embedding_components(final, count)
    generator = torch.Generator().manual_seed(seed)
    planes = torch.randn(draws, initial.shape[1], 2, generator=generator, dtype=torch.float64).to(initial)
    # Orthonormal axes: the circularity of a plane must not depend on the vectors that span it.
    random = initial @ torch.linalg.qr(planes).Q
    circles = []
    for k, first, second in components.circles():
        scores = initial @ components.directions[[first, second]].T
        control = circularity(random, k)
        own = float(circularity(scores, k))
        circles.append(InitialCircle(k, scores, own, float(control.mean()), float(control.max())))
    return circles
