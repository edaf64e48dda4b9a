"""Attention heads: what the last position attends to as a function of the operands, and with which frequency."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.modular.grid import Grid
from latebloom.fourier import basis_rows, frequencies, transform

CONSTANT_SPREAD = 1e-6
"""Attention (a number in 0 … 1) with a standard deviation over all pairs below this counts as constant. The value is
float32's rounding times an arbitrary safety factor."""


@dataclass(frozen=True)
class AttentionHead:
    """One head's attention from the last position (``=`` in the usual layout) to the first operand.

    frequency: the k that explains most of the variance; None where the attention is constant. fve: the share that it
    explains.
    cos, sin: α and β below, for waves of amplitude 1. to_itself: mean attention of the last position to itself.
    """

    frequency: int | None
    fve: float | None
    cos: float | None
    sin: float | None
    to_itself: float


def attention_heads(grid: Grid) -> list[AttentionHead] | None:
    """Fit A_x(x, y) ≈ const + α (cos wx - cos wy) + β (sin wx - sin wy), w = 2πk/p, to each head; best k by FVE.

    FVE: energy of A_x along those two directions over its energy about the mean. None for a model without attention.
    Limits: the form supposes that the operands share their tokens and that the query is the same for all pairs; where
    that is not so, it is a fit like any other, and a low FVE says that it does not hold.
    Source: Nanda et al., 2023, second-hand: each head is periodic in one key frequency.
    """
    if grid.pattern is None:
        return None
    to_x, to_itself = grid.pattern[..., grid.task.operand_positions[0]], grid.pattern[..., -1].mean((0, 1))
    return [_head(to_x[..., head], float(to_itself[head])) for head in range(to_x.shape[-1])]


def head_spectra(grid: Grid) -> list[Float[Tensor, " k"] | None]:
    """The share of each head's variance that the fit of `attention_heads` explains at k = 1 … p//2, each k alone.

    The waves are orthogonal, so several frequencies together explain the sum of their shares. None for a head whose
    attention is constant; empty for a model without attention.
    """
    if grid.pattern is None:
        return []
    return [_spectrum(grid.pattern[..., head, grid.task.operand_positions[0]]) for head in range(grid.pattern.shape[2])]


def shares_of(grid: Grid, ks: Sequence[int]) -> list[float | None]:
    """The share of each head's variance that the waves of these frequencies explain together; None without
    frequencies, and for a head whose attention is constant."""
    rows = [k - 1 for k in ks]
    return [None if each is None or not rows else float(each[rows].sum()) for each in head_spectra(grid)]


def antisymmetric_waves(attention: Float[Tensor, "x x"]) -> Float[Tensor, " f"]:
    """Coefficients on the unit directions (wave(x) - wave(y))/√2, one per row of the Fourier basis (0 for const)."""
    coefficients = transform(attention, (0, 1))
    return (coefficients[:, 0] - coefficients[0, :]) / 2**0.5


def _spectrum(attention: Float[Tensor, "x x"]) -> Float[Tensor, " k"] | None:
    p = len(attention)
    energy = float((attention - attention.mean()).square().sum())
    if energy < p * p * CONSTANT_SPREAD**2:
        return None
    waves = antisymmetric_waves(attention)
    return torch.stack([waves[list(basis_rows(k, p))].square().sum() for k in frequencies(p)]) / energy


def _head(attention: Float[Tensor, "x x"], to_itself: float) -> AttentionHead:
    p, spectrum = len(attention), _spectrum(attention)
    if spectrum is None:
        return AttentionHead(None, None, None, None, to_itself)
    k = 1 + int(spectrum.argmax())
    waves = antisymmetric_waves(attention)
    # (cos wx - cos wy) has norm p over the grid, but p √2 for the Nyquist wave, whose values are all ±1.
    amplitude = [float(waves[row]) / (p * (2**0.5 if 2 * k == p else 1.0)) for row in basis_rows(k, p)]
    cos, sin = (*amplitude, 0.0)[:2]
    return AttentionHead(k, float(spectrum[k - 1]), cos, sin, to_itself)
