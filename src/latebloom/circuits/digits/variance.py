"""Shares of variance that digits and carries explain: conditional means over sampled sums, and their waves."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.circuits.modular.neurons import block_rows
from latebloom.fourier import energy_by_frequency, frequencies, rounding_energy, transform


def share_explained(values: Float[Tensor, "batch column"], group: Int[Tensor, " batch"]) -> float | None:
    """Share of the columns' variance, pooled, that the group's means explain, less what chance would.

    1 - (1 - R²)(n - 1)/(n - g) over n samples in g groups: adjusted R², 0 on average for a group that says nothing
    (so it can be a little below 0), 1 for one that decides all. None where there is one group alone, as many as
    samples, or no variance.
    """
    used, index, count = group.unique(return_inverse=True, return_counts=True)
    n, g = len(group), len(used)
    centred = values - values.mean(0)
    total = float(centred.square().sum())
    if not 1 < g < n or total <= rounding_energy(values):
        return None
    sums = centred.new_zeros(g, centred.shape[1]).index_add_(0, index, centred)
    between = float((sums.square().sum(1) / count).sum())
    return 1 - (1 - between / total) * (n - 1) / (n - g)


def wave_shares(values: Float[Tensor, "batch column"], turn: Int[Tensor, " batch"], base: int = 10) -> dict[int, float]:
    """Share of the columns' variance, pooled, along cos 2πk·turn/base and sin, for k = 1 … base/2.

    ``turn``: a digit, 0 … base-1, evenly spread over the samples, such as (x + y) mod 10; its mean activations are
    put into the Fourier basis. Chance alone gives 2/batch per frequency, 1/batch for k = base/2. Empty where nothing
    varies.
    """
    means, variance = _means(values, turn, base)
    if variance <= 0:
        return {}
    energy = energy_by_frequency(transform(means, (0,))).sum(1) / (base * variance)
    return dict(zip(frequencies(base), energy.tolist()))


def pair_wave_shares(
    values: Float[Tensor, "batch column"], x: Int[Tensor, " batch"], y: Int[Tensor, " batch"], base: int = 10
) -> dict[int, float]:
    """Share of the columns' variance, pooled, in the block {const, cos k, sin k}² of functions of (x, y), constant
    apart: waves in x, in y and their products, for k = 1 … base/2.

    As `latebloom.circuits.modular.neurons` has it, with the mean over everything but the aligned digits
    for the activation. Chance alone gives 8/batch per frequency, 3/batch for k = base/2. Empty where nothing varies.
    """
    means, variance = _means(values, x * base + y, base * base)
    if variance <= 0:
        return {}
    energy = transform(means.unflatten(0, (base, base)), (0, 1)).square().sum(2)
    energy[0, 0] = 0
    shares = energy / (base * base * variance)
    return {k: float(shares[block_rows(k, base)][:, block_rows(k, base)].sum()) for k in frequencies(base)}


def _means(values: Tensor, group: Tensor, groups: int) -> tuple[Tensor, float]:
    """Each group's mean less the whole mean (0 for a group without samples), and the columns' variance, summed; 0
    where that is rounding."""
    centred = values - values.mean(0)
    variance = float(centred.square().sum())
    sums = centred.new_zeros(groups, centred.shape[1]).index_add_(0, group, centred)
    count = torch.bincount(group, minlength=groups).clamp(min=1).to(centred)
    return sums / count[:, None], variance / len(values) if variance > rounding_energy(values) else 0.0
