"""What a chain samples from: weights with probability proportional to exp(-nβ L(w) - γ/2 |w - w*|²)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float
from numpy import ndarray

Loss = Callable[[ndarray], tuple[float, ndarray]]
"""(weights, shape d) → (loss in nats, its gradient, shape d). The gradient may be overwritten by the next call."""


@dataclass(frozen=True, eq=False)
class Potential:
    """The energy U(w) = nβ L(w) + γ/2 |w - w*|².

    free: 1 for each weight that moves, 0 for each that stays at w*; None: all move.
    """

    loss: Loss
    centre: Float[ndarray, " d"]
    n_beta: float
    gamma: float
    free: Float[ndarray, " d"] | None = None

    def masked(self, vector: Float[ndarray, " d"]) -> Float[ndarray, " d"]:
        """The vector, with zeros at the weights that stay."""
        return vector if self.free is None else vector * self.free
