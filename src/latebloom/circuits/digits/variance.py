"""Shares of variance that digits and carries explain: conditional means over sampled sums, and their waves."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.circuits.modular.neurons import block_rows
from latebloom.fourier import energy_by_frequency, frequencies, rounding_energy, transform


def share_explained(values: Float[Tensor, "batch column"], group: Int[Tensor, " batch"]) -> float | None:
    """Share of the columns' pooled variance that the group means explain, minus the share expected by chance.

    1 - (1 - R²)(n - 1)/(n - g) over n samples in g groups: adjusted R², 0 on average for a grouping that is
    independent of the columns (so it can be slightly negative), 1 for a grouping that determines them. None for a
    single group, as many groups as samples, or no variance.
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
    """Share of the columns' pooled variance along cos and sin of 2πk·turn/base, for k = 1 … base/2.

    ``turn``: a digit, 0 … base-1, evenly spread over the samples, such as (x + y) mod 10; its mean activations are
    transformed to the Fourier basis. Chance alone gives 2/batch per frequency, 1/batch for k = base/2. Empty where
    nothing varies.
    """
    means, variance = _means(values, turn, base)
    if variance <= 0:
        return {}
    energy = energy_by_frequency(transform(means, (0,))).sum(1) / (base * variance)
    return dict(zip(frequencies(base), energy.tolist()))


def pair_wave_shares(
    values: Float[Tensor, "batch column"], x: Int[Tensor, " batch"], y: Int[Tensor, " batch"], base: int = 10
) -> dict[int, float]:
    """Share of the columns' pooled variance in the block {const, cos k, sin k}² of functions of (x, y), without
    the constant: waves in x, in y and their products, for k = 1 … base/2.

    As in `latebloom.circuits.modular.neurons`, where the activation is the mean over everything except the aligned
    digits. Chance alone gives 8/batch per frequency, 3/batch for k = base/2. Empty where nothing varies.
    """
    means, variance = _means(values, x * base + y, base * base)
    if variance <= 0:
        return {}
    energy = transform(means.unflatten(0, (base, base)), (0, 1)).square().sum(2)
    energy[0, 0] = 0
    shares = energy / (base * base * variance)
    return {k: float(shares[block_rows(k, base)][:, block_rows(k, base)].sum()) for k in frequencies(base)}


def _means(values: Tensor, group: Tensor, groups: int) -> tuple[Tensor, float]:
    """Each group's mean minus the overall mean (0 for a group without samples), and the summed variance of the columns;
    0 where it is rounding error."""
    centred = values - values.mean(0)
    variance = float(centred.square().sum())
    sums = centred.new_zeros(groups, centred.shape[1]).index_add_(0, group, centred)
    count = torch.bincount(group, minlength=groups).clamp(min=1).to(centred)
    return sums / count[:, None], variance / len(values) if variance > rounding_energy(values) else 0.0
