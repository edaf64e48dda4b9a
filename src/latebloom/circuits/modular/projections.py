"""Logits with only the waves cos w(x ± y), sin w(x ± y), or without them, for restricted and excluded loss."""

from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Bool, Float
from torch import Tensor

from latebloom.circuits.modular.grid import Grid
from latebloom.fourier import basis_rows, phase_directions, phase_waves


@dataclass(frozen=True)
class PhasePart:
    """The logits' part along cos w(x + s·y), sin w(x + s·y), split by frequency: Σ_k P_k L.

    frequency: the k of each direction. directions: orthonormal, so that the part of some frequencies
    follows from the whole. coefficients: of the logits on each. waves: the directions by x + s·y, on which alone they
    depend.
    """

    frequency: tuple[int, ...]
    directions: Float[Tensor, "direction xy"]
    coefficients: Float[Tensor, "direction z"]
    waves: Float[Tensor, "direction sum"]

    def along(
        self, ks: Sequence[int] | None = None, mask: Bool[Tensor, "x y"] | None = None
    ) -> Float[Tensor, "pair z"]:
        """Σ_k P_k L over some of the frequencies, or all, at the masked pairs, or all (row x·p + y)."""
        chosen = self._of(ks)
        directions = self.directions[chosen]
        if mask is not None:
            directions = directions[:, mask.flatten()]
        return directions.T @ self.coefficients[chosen]

    def by_sum(self, ks: Sequence[int] | None = None) -> Float[Tensor, "sum z"]:
        """The same for each value of x + s·y."""
        chosen = self._of(ks)
        return self.waves[chosen].T @ self.coefficients[chosen]

    def _of(self, ks: Sequence[int] | None) -> list[int]:
        return [i for i, k in enumerate(self.frequency) if ks is None or k in ks]


def phase_part(grid: Grid, ks: Sequence[int], sign: int) -> PhasePart:
    """Project the logits on the phase directions of these frequencies."""
    directions = phase_directions(grid.order, ks, sign, grid.logits.dtype)
    frequency = tuple(k for k in ks for _ in basis_rows(k, grid.order))
    waves = phase_waves(grid.order, ks, grid.logits.dtype)
    return PhasePart(frequency, directions, directions @ grid.logits.flatten(0, 1), waves)


def along(grid: Grid, ks: Sequence[int], sign: int) -> Float[Tensor, "x y z"]:
    """Σ_k P_k L: the part of the logits along the phase directions of these frequencies."""
    return phase_part(grid, ks, sign).along().view_as(grid.logits)


def restricted_logits(grid: Grid, ks: Sequence[int], sign: int) -> Float[Tensor, "x y z"]:
    """Σ_k P_k L + mean over (x, y) of the rest. The write-up's "trig loss" is the loss of these."""
    # Waves have mean zero over the pairs, so the mean of the rest equals the mean of the logits.
    return along(grid, ks, sign) + grid.mean_logits


def restricted_table(grid: Grid, part: PhasePart, ks: Sequence[int] | None = None) -> Float[Tensor, "sum z"]:
    """The same by x + s·y, on which alone it depends; from a projection on these frequencies and perhaps others."""
    return part.by_sum(ks) + grid.mean_logits


def excluded_logits(grid: Grid, ks: Sequence[int], sign: int) -> Float[Tensor, "x y z"]:
    """L - Σ_k P_k L, without correction. Excluded loss is the loss of these on the train set."""
    return grid.logits - along(grid, ks, sign)
