"""Shared parts of hand-built models: waves, phases, checks of the frequencies, and the scale of the read-out.

A neuron of frequency k has phases φ for x and ψ for y, and computes ReLU(½ + cos(wx + φ) + cos(wy + ψ)), w = 2πk/p;
it is read out along cos(wz + φ + s·ψ). Summed over evenly spaced phases, most terms of the ReLU's Fourier series
cancel; cos wx cos wy and the other second-order products add up to cos w(x + s·y - z).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.circuits.modular.grid import modular_grid
from latebloom.models import Model
from latebloom.tasks import ModularTask

BIAS = 0.5
"""Of ReLU(½ + cos kx + cos ky) ≈ 0.71 + 0.695 cos kx + 0.695 cos ky + 0.43 cos kx cos ky (the write-up)."""


def waves(p: int, ks: Sequence[int]) -> Float[Tensor, "x wave"]:
    """Columns cos(2πkx/p), sin(2πkx/p), amplitude 1, for each k of ``ks`` in turn."""
    angle = 2 * math.pi * ((torch.arange(p)[:, None] * torch.tensor(list(ks))) % p).double() / p
    return torch.stack([angle.cos(), angle.sin()], dim=2).flatten(1)


def shifted(phase: Float[Tensor, " neuron"]) -> Float[Tensor, "2 neuron"]:
    """Weights that turn cos a and sin a into cos(a + phase): rows cos(phase) and -sin(phase)."""
    return torch.stack([phase.cos(), -phase.sin()])


def even_phases(count: int) -> Float[Tensor, " neuron"]:
    """``count`` phases spaced evenly around the circle."""
    return 2 * math.pi * torch.arange(count, dtype=torch.float64) / count


class Neurons(NamedTuple):
    """One layer of neurons on waves, in the order of `waves`: what they read of x and of y, and what they write."""

    for_x: Float[Tensor, "wave d_mlp"]
    for_y: Float[Tensor, "wave d_mlp"]
    bias: Float[Tensor, " d_mlp"]
    out: Float[Tensor, "d_mlp wave"]


def one_phase_neurons(frequencies: int, d_mlp: int) -> Neurons:
    """Neurons in which both operands have one phase, so that their waves can be added first; phases run once around
    the circle. Neurons that are left over are zero."""
    phase = even_phases(d_mlp // frequencies)
    return _neurons(frequencies, d_mlp, phase, phase, 2 * phase)


def two_phase_neurons(frequencies: int, d_mlp: int, sign: int) -> Neurons:
    """Neurons whose phases for x and y run over all pairs of m, as many as fit."""
    count = math.isqrt(d_mlp // frequencies)
    phase_x, phase_y = torch.cartesian_prod(even_phases(count), even_phases(count)).unbind(1)
    return _neurons(frequencies, d_mlp, phase_x, phase_y, phase_x + sign * phase_y)


def _neurons(frequencies: int, d_mlp: int, of_x: Tensor, of_y: Tensor, of_z: Tensor) -> Neurons:
    wide = torch.zeros(2 * frequencies, d_mlp, dtype=torch.float64)
    neurons = Neurons(wide, wide.clone(), wide.new_zeros(d_mlp), wide.T.clone())
    for i in range(frequencies):
        own, both = slice(i * len(of_x), (i + 1) * len(of_x)), slice(2 * i, 2 * i + 2)
        neurons.for_x[both, own], neurons.for_y[both, own] = shifted(of_x), shifted(of_y)
        neurons.bias[own] = BIAS
        neurons.out[own, both] = shifted(of_z).T
    return neurons


def check_odd(p: int) -> None:
    """UsageError for an even p, where one phase for both operands is not enough."""
    if p % 2 == 0:
        raise UsageError(f"p: got {p}, expected an odd number: a planted MLP leaves answers tied where x - y = p/2")


def check_frequencies(p: int, ks: Sequence[int]) -> None:
    """UsageError unless ``ks`` are different whole numbers in 1 … (p - 1)//2 (so not p/2, which has no sin)."""
    if p < 3:
        raise UsageError(f"p: got {p}, expected 3 or more")
    top = (p - 1) // 2
    if not ks:
        raise UsageError(f"ks: got none, expected at least one frequency in 1 … {top}")
    outside = [k for k in ks if not 1 <= k <= top]
    if outside:
        raise UsageError(
            f"ks: got {outside[0]}, expected frequencies in 1 … {top} (each needs a cos and a sin mod {p})"
        )
    if len(set(ks)) < len(ks):
        raise UsageError(f"ks: got {sorted(ks)}, expected each frequency once")


def check_width(name: str, got: int, needed: int, ks: Sequence[int]) -> None:
    """UsageError if the model is too narrow for this many frequencies."""
    if got < needed:
        raise UsageError(
            f"{name}: got {got}, expected at least {needed} for {len(ks)} frequencies; widen or plant fewer"
        )


@torch.no_grad()
def zeroed(model: Model) -> Model:
    """The model with every weight 0 (in place), in float64 while it is being built."""
    for weight in model.double().parameters():
        weight.zero_()
    return model


@torch.no_grad()
def read_out_scale(model: Model, task: ModularTask, loss: float) -> float:
    """The factor for the logits with which the loss over all pairs is at most ``loss``: ln(p / loss) / margin.

    The margin is the smallest lead of the right answer over another; cross-entropy is at most (p - 1) exp(-lead).
    Errors: UsageError if some answer has no lead, because then no scale is enough.
    """
    grid = modular_grid(model, task)
    right = grid.logits.gather(2, grid.labels[..., None])
    others = grid.logits.scatter(2, grid.labels[..., None], -torch.inf)
    margin = float((right - others.amax(2, keepdim=True)).min())
    # A lead below float32's rounding of the logits is lost when the weights are stored.
    if margin <= torch.finfo(torch.float32).eps * float(grid.logits.abs().max()):
        raise UsageError(
            f"ks: these frequencies leave answers mod {task.p} tied, or nearly; "
            f"add more, at least one of them without a common factor with {task.p}"
        )
    return math.log(task.p / loss) / margin
