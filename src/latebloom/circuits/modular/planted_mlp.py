"""A two-layer MLP whose circuit is known because the algorithm is written into its weights."""

from collections.abc import Sequence

import torch

from latebloom._errors import UsageError
from latebloom.circuits.modular.planted_parts import (
    check_frequencies,
    check_odd,
    check_width,
    one_phase_neurons,
    read_out_scale,
    waves,
    zeroed,
)
from latebloom.models import MLP, MLPConfig
from latebloom.tasks import ModularAddition

FEWEST_PHASES = 8
"""Neurons per frequency, so that first and third harmonics cancel."""


@torch.no_grad()
def planted_mlp(p: int, ks: Sequence[int], sign: int = 1, d_mlp: int = 256, loss: float = 1e-4) -> MLP:
    """An MLP that computes x + y mod p at the frequencies ``ks``, in float32, with a loss of at most ``loss``.

    Its input is one-hot(x) + one-hot(y), so both operands have one phase and the logits are
    Σ_k g(w(x - y)) cos w(x + y - z): waves with a factor g ≥ 0 that is 0 where |2 cos(w(x - y)/2)| ≤ ½, since there the
    ReLU never cuts. Therefore most moduli need several frequencies, and the cos fit explains only about 70 % of the
    variance, as in models that Zhong et al. 2023 call pizzas.
    Errors: UsageError as for `planted_transformer`; for subtraction, since the sum does not depend on the order of the
    operands;
    and for even p: where x - y = p/2, odd k vanish, and even k cannot distinguish z from z + p/2.
    """
    if sign != 1:
        raise UsageError(
            f"sign: got {sign}, expected 1: an MLP on one-hot(x) + one-hot(y) cannot tell x - y from y - x"
        )
    check_frequencies(p, ks)
    check_odd(p)
    check_width("d_mlp", d_mlp, len(ks) * FEWEST_PHASES, ks)
    task = ModularAddition(p=p)
    model = MLPConfig(d_mlp=d_mlp).build(task)
    zeroed(model)
    _write(model, p, ks)
    model.mlp.W_out.mul_(read_out_scale(model, task, loss))
    return model.float()


def _write(model: MLP, p: int, ks: Sequence[int]) -> None:
    neurons, wave = one_phase_neurons(len(ks), model.config.d_mlp), waves(p, ks)
    model.mlp.W_in.copy_(wave @ neurons.for_x)
    model.mlp.b_in.copy_(neurons.bias)
    model.mlp.W_out.copy_(neurons.out @ wave.T)
