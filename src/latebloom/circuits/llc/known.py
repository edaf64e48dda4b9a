"""Losses whose local learning coefficient is known in closed form: what an estimator is calibrated on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from latebloom._errors import UsageError
from latebloom.circuits.llc.potential import Loss


@dataclass(frozen=True, eq=False)
class Known:
    """A loss with its minimum at ``centre``, its coefficient λ there, and the multiplicity m.

    The free energy is nL + λ ln n - (m - 1) ln ln n; for m > 1 a finite n lowers the estimate by about (m - 1) / ln n.
    """

    loss: Loss
    centre: Float[ndarray, " d"]
    coefficient: float
    multiplicity: int = 1


def quadratic(curvatures: Sequence[float]) -> Known:
    """½ Σ h w²: a regular model has λ = d/2; directions with h = 0 do not count."""
    h = np.array(curvatures, dtype=np.float64)
    return Known(lambda w: (float(h @ w**2) / 2, h * w), np.zeros(len(h)), float((h > 0).sum()) / 2)


def normal_crossing(powers: Sequence[int]) -> Known:
    """Π w_i^(2 k_i) at 0: λ = min 1 / (2 k_i), and m is how many i have that minimum.

    Source: Watanabe 2009, "Algebraic Geometry and Statistical Learning Theory".
    """
    k = np.array(powers)

    def loss(w: ndarray) -> tuple[float, ndarray]:
        factors = w ** (2 * k)
        others = np.array([np.delete(factors, i).prod() for i in range(len(k))])
        return float(factors.prod()), 2 * k * w ** (2 * k - 1) * others

    return Known(loss, np.zeros(len(k)), 1 / (2 * float(k.max())), int((k == k.max()).sum()))


def deep_linear(sizes: Sequence[int], rank: int) -> Known:
    """½ |W_L … W_1 - T|² for layers of these sizes (input first), where T has rank ones on its diagonal.

    centre: every matrix has the same ones on its diagonal, which is where λ is least among the solutions. With two
    matrices this is reduced-rank regression. Errors: UsageError for a rank above the least size.
    """
    if not 0 <= rank <= min(sizes) or len(sizes) < 3:
        raise UsageError(
            f"deep_linear: got sizes {list(sizes)} and rank {rank}, expected 3 sizes or more, none below it"
        )
    shapes = list(zip(sizes[1:], sizes[:-1]))
    eye = np.diag(np.arange(max(sizes)) < rank).astype(float)
    ends = np.cumsum([0, *(rows * columns for rows, columns in shapes)])
    target = eye[: sizes[-1], : sizes[0]]

    def loss(w: ndarray) -> tuple[float, ndarray]:
        matrices = [w[a:b].reshape(shape) for a, b, shape in zip(ends, ends[1:], shapes)]
        before = [np.eye(sizes[0])]
        for matrix in matrices:
            before.append(matrix @ before[-1])
        away = before.pop() - target
        after, slopes = away, []
        for matrix, inputs in zip(reversed(matrices), reversed(before)):
            slopes.append((after @ inputs.T).ravel())
            after = matrix.T @ after
        return float((away**2).sum()) / 2, np.concatenate(slopes[::-1])

    centre = np.concatenate([eye[:rows, :columns].ravel() for rows, columns in shapes])
    return Known(loss, centre, *deep_linear_coefficient(sizes, rank))


def deep_linear_coefficient(sizes: Sequence[int], rank: int) -> tuple[float, int]:
    """λ and m of a linear network. Source: Aoyagi 2024, "Consideration on the learning efficiency of multiple-layered
    neural networks with linear units", theorem 1; with three sizes Aoyagi and Watanabe 2005."""
    excess = [size - rank for size in sizes]
    chosen = _bottleneck(excess)
    depth, total = len(chosen) - 1, sum(chosen)
    a = total - (ceil(total / depth) - 1) * depth
    pairs = sum(x * y for x, y in combinations(chosen, 2))
    value = (rank * (sizes[0] + sizes[-1]) - rank**2) / 2 + a * (depth - a) / (4 * depth)
    value += pairs / 2 - (depth - 1) / (4 * depth) * total**2
    return value, a * (depth - a) + 1


def _bottleneck(excess: Sequence[int]) -> list[int]:
    """The smallest excesses Σ with ℓ + 1 members: their sum is ℓ times the largest of them or more, and less than ℓ
    times every other excess."""
    ordered = sorted(excess)

    def fits(count: int) -> bool:
        depth, total = count - 1, sum(ordered[:count])
        return total >= depth * ordered[count - 1] and all(total < depth * other for other in ordered[count:])

    return ordered[: next(count for count in range(2, len(ordered) + 1) if fits(count))]
