"""Logits cut down to, or robbed of, the waves cos w(x ± y), sin w(x ± y): restricted and excluded loss."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.modular.grid import Grid
from latebloom.fourier import phase_directions


def along(grid: Grid, ks: Sequence[int], sign: int) -> Float[Tensor, "x y z"]:
    """Σ_k P_k L: the part of the logits along the phase directions of these frequencies."""
    flat = grid.logits.reshape(-1, grid.p)
    directions = phase_directions(grid.p, ks, sign, flat.dtype)
    return (directions.T @ (directions @ flat)).view_as(grid.logits)


def restricted_logits(grid: Grid, ks: Sequence[int], sign: int) -> Float[Tensor, "x y z"]:
    """Σ_k P_k L + mean over (x, y) of the rest. The write-up's "trig loss" is the loss of these."""
    kept = along(grid, ks, sign)
    return kept + (grid.logits - kept).mean((0, 1))


def excluded_logits(grid: Grid, ks: Sequence[int], sign: int) -> Float[Tensor, "x y z"]:
    """L - Σ_k P_k L, without correction. Excluded loss is the loss of these on the train set."""
    return grid.logits - along(grid, ks, sign)


@dataclass(frozen=True)
class CosWaves:
    """The waves cos(2πk(x + s·y - z)/p) over (x, y, z) for some frequencies k, and the logits' coefficients on them.

    The waves are orthogonal and have mean zero over z and over (x, y), so each least-squares coefficient is
    α_k = ⟨L, c_k⟩ / ⟨c_k, c_k⟩, whatever the logits' means. Source: facts.md,
    "Cos fit" and "Three-dimensional variant".
    """

    ks: tuple[int, ...]
    coefficients: Float[Tensor, " k"]
    fit: Float[Tensor, "x y z"]


def cos_waves(grid: Grid, ks: Sequence[int], sign: int) -> CosWaves:
    """Fit Σ_k α_k cos(2πk(x + s·y - z)/p) to the logits by least squares."""
    p, dtype = grid.p, grid.logits.dtype
    i = torch.arange(p)
    turns = (i[:, None, None] + sign * i[None, :, None] - i[None, None, :]) % p
    # Each wave is a function of the turn alone, so sums over (x, y, z) are sums over p turns.
    by_turn = torch.zeros(p, dtype=dtype).index_add_(0, turns.flatten(), grid.logits.flatten())
    angle = 2 * torch.pi * ((torch.as_tensor(ks, dtype=torch.long)[:, None] * i) % p).to(dtype) / p
    waves = angle.cos()
    coefficients = waves @ by_turn / (p * p * waves.square().sum(1))
    return CosWaves(tuple(ks), coefficients, (coefficients @ waves)[turns])


def cos_fit_fve(grid: Grid, waves: CosWaves) -> float | None:
    """R² of the fit on the logits centred over z and over (x, y); None where these are constant."""
    centred = grid.logits - grid.logits.mean(2, keepdim=True)
    centred = centred - centred.mean((0, 1))
    total = float(centred.square().sum())
    return 1 - float((centred - waves.fit).square().sum()) / total if total > 0 else None
