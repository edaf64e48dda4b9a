"""The waves cos w(x ± y - z) in the logits by frequency, whichever the neurons have, and the sizes of the weights."""

from __future__ import annotations

from statistics import fmean

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.analysis import Analysis
from latebloom.claims import quantity
from latebloom.claims.logits import NO_DIRECTION
from latebloom.claims.quantity import Undefined, once
from latebloom.claims.views import grid
from latebloom.fourier import frequencies, gini
from latebloom.models import sum_squared_weights

FEW = 3
"""Frequencies that are few: the least that the write-up finds. Arbitrary."""

RELABELLINGS = 4
"""Random relabellings of the differences, over which the control is averaged."""


@once
def _by_difference(analysis: Analysis) -> tuple[Float[Tensor, " n"], float]:
    """The mean of the centred logits at each difference d = x ± y - z mod n, and the sum of their squares over all
    (x, y, z). Errors: Undefined where they do not vary."""
    whole = grid(analysis)
    if whole.sign is None:
        raise Undefined(NO_DIRECTION)
    centred = whole.logits - whole.logits.mean(2, keepdim=True)
    centred = (centred - centred.mean((0, 1))).double()
    n, total = whole.order, float(centred.square().sum())
    if total == 0:
        raise Undefined("the logits do not vary")
    i = torch.arange(n)
    difference = ((i[:, None] + whole.sign * i)[:, :, None] - i) % n
    sums = torch.zeros(n, dtype=torch.float64).index_add_(0, difference.flatten(), centred.flatten())
    return sums / n**2, total


def cosine_shares(means: Float[Tensor, " n"], total: float) -> list[float]:
    """For each frequency k = 1 … n//2, the share that a_k cos(2πkd/n) explains of ``total``, the sum of squares over
    n² pairs, where ``means`` are the means at each difference d: 2n (Σ_d means cos(2πkd/n))² / total, for k = n/2 half
    as much."""
    n = len(means)
    turns = 2 * torch.pi / n * torch.outer(torch.tensor(list(frequencies(n))), torch.arange(n)).double()
    energy = 2 * n * (turns.cos() @ means).square()
    return [float(one) / total / (2 if 2 * k == n else 1) for k, one in zip(frequencies(n), energy)]


def best(shares: list[float]) -> float:
    """The sum of the `FEW` largest."""
    return sum(sorted(shares, reverse=True)[:FEW])


def _relabelled(means: Float[Tensor, " n"], order: Int[Tensor, " wrong"]) -> Float[Tensor, " n"]:
    """The means at differences that are called by other names, but for 0: the right answer stays the right one."""
    return torch.cat([means[:1], means[1:][order]])


@quantity("share", "by frequency, the share of the logits' variance that cos w(x ± y - z) explains")
def logit_waves(analysis: Analysis) -> list[float | None]:
    return list(cosine_shares(*_by_difference(analysis)))


@quantity(
    "share",
    f"the share of the logits' variance that cos w(x ± y - z) of the {FEW} strongest frequencies explains, with the "
    "differences x ± y - z of the wrong answers relabelled at random",
)
def logit_few_waves_relabelled(analysis: Analysis) -> float:
    means, total = _by_difference(analysis)
    generator = torch.Generator().manual_seed(0)
    orders = [torch.randperm(len(means) - 1, generator=generator) for _ in range(RELABELLINGS)]
    return fmean(best(cosine_shares(_relabelled(means, order), total)) for order in orders)


@quantity("", "the Gini coefficient of the sizes of all weights")
def weights_gini(analysis: Analysis) -> float:
    weights = torch.cat([one.detach().abs().flatten().double() for one in analysis.final.model.parameters()])
    value = gini(weights)
    if value is None:
        raise Undefined("all weights are 0")
    return value


@quantity("", "the sum of all squared weights at the end")
def weights_squared(analysis: Analysis) -> float:
    return sum_squared_weights(analysis.final.model.parameters())
