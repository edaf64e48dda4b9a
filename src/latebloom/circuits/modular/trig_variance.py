"""The share of the logits' variance on the waves of the algorithm, and the cancellation of the other waves."""

from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.modular.grid import Grid
from latebloom.circuits.modular.projections import along
from latebloom.fourier import basis_rows


def trig_fve(grid: Grid, ks: Sequence[int], sign: int) -> float | None:
    """Energy of Σ_k P_k L over the energy of L minus its mean over (x, y); None where L is constant."""
    total = float((grid.logits - grid.logits.mean((0, 1))).square().sum())
    return float(along(grid, ks, sign).square().sum()) / total if total > 0 else None


@dataclass(frozen=True)
class LogitStructure:
    """Shares of the logits' energy in the 2D Fourier basis, constant apart.

    linear: share in the top row and left column (terms in x alone or y alone), which should cancel.
    products: share in the key frequencies' 2×2 blocks. uniform: of that energy, the share on cos w(x±y), sin w(x±y):
    1 where the 2×2 blocks are uniform. neurons_linear: the linear share among the neurons, before cancelling.
    """

    linear: float
    products: float
    uniform: float | None
    neurons_linear: float


def logit_structure(grid: Grid, ks: Sequence[int], sign: int) -> LogitStructure | None:
    """The logits' energy in the 2D Fourier basis; None where the logits are constant.

    Source: the write-up, "Calculating cos(w(x+y)), sin(w(x+y)) and calculating logits".
    """
    energy = grid.logit_coefficients.square().sum(2)
    total = float(energy.sum() - energy[0, 0])
    if total <= 0:
        return None
    products = sum(float(energy[rows][:, rows].sum()) for rows in (list(basis_rows(k, grid.order)) for k in ks))
    kept = float(along(grid, ks, sign).square().sum())
    of_x, of_y, varying = _neuron_energies(grid)
    return LogitStructure(
        linear=_linear(energy) / total,
        products=products / total,
        uniform=kept / products if products > 0 else None,
        neurons_linear=(of_x + of_y) / varying if varying > 0 else 0.0,
    )


def _linear(energy: Float[Tensor, "f f"]) -> float:
    return float(energy[0, 1:].sum() + energy[1:, 0].sum())


def _neuron_energies(grid: Grid) -> tuple[float, float, float]:
    """The neurons' energy in terms of x alone, of y alone, and in all, constants apart: n Σ (mean over y - mean)², n Σ
    (mean over x - mean)², Σ (N - mean)², which need no transform."""
    mean = grid.neurons.mean((0, 1))
    of_x, of_y = (float((grid.neurons.mean(axis) - mean).square().sum()) * grid.order for axis in (1, 0))
    return of_x, of_y, sum(float((row - mean).square().sum()) for row in grid.neurons)
