"""Activations that are known functions of digits and carries, and a model built from them."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from latebloom.models import Model
from latebloom.models.components import Embed
from latebloom.models.hooks import NO_HOOKS, Hooks
from latebloom.tasks import DigitAddition
from latebloom.tasks.digit_addition import BASE, column_sum

_NEURONS = "blocks.0.mlp.hook_post"


def wave_neurons(
    x: Int[Tensor, " batch"], y: Int[Tensor, " batch"], ks: Sequence[int]
) -> Float[Tensor, "batch neuron"]:
    """cos 2πk(x + y)/10 for each k of ``ks``."""
    return (2 * math.pi / BASE * (x + y)[:, None].double() * torch.tensor(list(ks))).cos()


def carry_neurons(carry: Int[Tensor, " batch"], count: int = 1) -> Float[Tensor, "batch neuron"]:
    """1 where there is an incoming carry, else 0; ``count`` equal columns."""
    return carry[:, None].double().expand(-1, count)


class PlantedAdder(Model):
    """Not a network: it adds, and has the activations and logits of a network.

    Digits are embedded as cos and sin of ``ks``; at each answer digit the neurons are `wave_neurons` of the digits
    above it, one for each k, and a carry neuron; the logits are ``scale`` · Σ_k cos 2πk(answer - z)/10.
    """

    def __init__(self, task: DigitAddition, ks: Sequence[int] = (1, 2), scale: float = 10.0) -> None:
        super().__init__()
        self._task, self._ks, self._scale = task, tuple(ks), scale
        turn = 2 * math.pi / BASE * torch.arange(task.d_vocab)[:, None].double() * torch.tensor(self._ks)
        self.embed = Embed(task.d_vocab, 2 * len(self._ks))
        self.embed.W_E = nn.Parameter(torch.cat([turn.cos(), turn.sin()], dim=1))

    @property
    def activation_names(self) -> tuple[str, ...]:
        return (_NEURONS,)

    def forward(
        self, tokens: Int[Tensor, "batch pos"], positions: Sequence[int] | None = None, hooks: Hooks = NO_HOOKS
    ) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
        """Logits at the answer digits; ``positions`` is ignored."""
        operands = self._task.operands(tokens.numpy())
        answer, carry = map(torch.from_numpy, column_sum(*operands))
        x, y = (nn.functional.pad(torch.from_numpy(digits), (1, 0)) for digits in operands)
        places = [
            torch.cat([wave_neurons(x[:, i], y[:, i], self._ks), carry_neurons(carry[:, i])], dim=1)
            for i in range(answer.shape[1])
        ]
        hooks(_NEURONS, torch.stack(places, dim=1))
        turn = 2 * math.pi / BASE * (answer[..., None] - torch.arange(BASE)).double()
        return self._scale * torch.stack([(k * turn).cos() for k in self._ks]).sum(0)
