"""What attention moves from a column of the operands, fitted by functions of its two digits: a straight line, waves."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.circuits.digits.settings import FEW
from latebloom.fourier import frequencies
from latebloom.tasks.digit_addition import BASE

Digits = Int[Tensor, " batch"]


def line(x: Digits, y: Digits) -> Float[Tensor, "batch 1"]:
    """x + y: a magnitude, which has one direction and no period."""
    return (x + y)[:, None].double()


def waves(x: Digits, y: Digits, ks: Sequence[int]) -> Float[Tensor, "batch feature"]:
    """cos and sin of 2πkx/10 and of 2πky/10 for each k of ``ks``."""
    turns = 2 * torch.pi / BASE * torch.stack([x, y], dim=1).double()
    return torch.cat([wave(k * turns) for k in ks for wave in (torch.cos, torch.sin)], dim=1)


def each_digit(x: Digits, y: Digits) -> Float[Tensor, "batch 20"]:
    """Any function of x plus any of y."""
    return torch.nn.functional.one_hot(torch.stack([x, y], dim=1), BASE).flatten(1).double()


def strongest_waves(values: Float[Tensor, "batch column"], x: Digits, y: Digits) -> list[int]:
    """The `FEW` frequencies whose waves in x and y fit the largest shares of the columns' variance."""
    shares = {k: share_of(values, waves(x, y, (k,))) for k in frequencies(BASE)}
    return sorted(sorted(shares, key=shares.__getitem__)[-FEW:])


def fitted(
    values: Float[Tensor, "batch *shape"], features: Float[Tensor, "batch feature"]
) -> Float[Tensor, "batch *shape"]:
    """The best combination of the features and a constant, by least squares; features may depend on each other."""
    flat, centred = values.flatten(1), features - features.mean(0)
    mean = flat.mean(0)
    return (mean + centred @ (torch.linalg.pinv(centred) @ (flat - mean))).view_as(values)


def share_fitted(values: Float[Tensor, "batch column"], fit: Float[Tensor, "batch column"]) -> float:
    """The share of the columns' pooled variance that a fit of them has (R²); 0 where nothing varies."""
    whole = float((values - values.mean(0)).square().sum())
    return float((fit - fit.mean(0)).square().sum()) / whole if whole > 0 else 0.0


def share_of(values: Float[Tensor, "batch column"], features: Float[Tensor, "batch feature"]) -> float:
    """The share that the best fit of these features has."""
    return share_fitted(values, fitted(values, features))


def orders(count: int, seed: int = 0) -> list[Int[Tensor, " 10"]]:
    """Random relabellings of the digits: ``order[digit]`` is the digit's new name."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randperm(BASE, generator=generator) for _ in range(count)]
