"""A model on embeddings whose circuit is known because the algorithm is written into its weights."""

from collections.abc import Sequence
from typing import Literal

import torch

from latebloom.circuits.modular.planted_parts import (
    Neurons,
    check_frequencies,
    check_odd,
    check_width,
    one_phase_neurons,
    read_out_scale,
    two_phase_neurons,
    waves,
    zeroed,
)
from latebloom.circuits.modular.planted_transformer import FEWEST_PHASES as FEWEST_PHASES_EACH
from latebloom.models import EmbeddingMLP, EmbeddingMLPConfig
from latebloom.tasks import ModularAddition, ModularSubtraction, ModularTask

FEWEST_PHASES = 8
"""Neurons per frequency where both operands have one phase, as in `planted_mlp`."""


@torch.no_grad()
def planted_embedding_mlp(
    p: int,
    ks: Sequence[int],
    sign: int = 1,
    combine: Literal["add", "concat"] = "add",
    separate: bool = False,
    widths: Sequence[int] = (256,),
    d_embed: int = 64,
    loss: float = 1e-4,
) -> EmbeddingMLP:
    """A model on embeddings that computes x + y (``sign`` 1) or x - y (-1) mod p at the frequencies ``ks``, in float32.

    The embedding holds cos kx, sin kx. Where both operands have one table and are added, the neurons are those of
    `planted_mlp`; where they are joined, or y has a table of its own (``separate``), those of `planted_transformer`,
    and the logits are Σ_k α cos w(x + s·y - z). Further hidden layers copy the first. Weights have a loss of at most
    ``loss``. Errors: UsageError for frequencies out of range, repeated, too many for the width, or leaving answers
    tied; for subtraction, or even p, where the operands share a table and are added.
    """
    check_frequencies(p, ks)
    kind = ModularAddition if sign == 1 else ModularSubtraction
    task: ModularTask = kind(p=p, equals=False, separate_operands=separate)
    shared = combine == "add" and not separate
    check_width("d_embed", d_embed, (4 if combine == "add" and separate else 2) * len(ks), ks)
    check_width("widths", min(widths), len(ks) * (FEWEST_PHASES if shared else FEWEST_PHASES_EACH**2), ks)
    model = EmbeddingMLPConfig(combine=combine, d_embed=d_embed, widths=tuple(widths)).build(task)
    if shared:
        check_odd(p)
    zeroed(model)
    first = min(widths)
    _write(model, p, ks, one_phase_neurons(len(ks), first) if shared else two_phase_neurons(len(ks), first, sign))
    model.w_logit.mul_(read_out_scale(model, task, loss))
    return model.float()


def _write(model: EmbeddingMLP, p: int, ks: Sequence[int], neurons: Neurons) -> None:
    wave, W_E, W_in = waves(p, ks), model.embed.W_E, model.blocks[0].W_in
    columns, width = wave.shape[1], len(neurons.bias)
    added = model.config.combine == "add"
    W_E[:p, :columns] = wave
    W_in[:columns, :width] = neurons.for_x
    if not added:
        W_in[model.config.d_embed : model.config.d_embed + columns, :width] = neurons.for_y
    if len(W_E) > p:
        second = slice(columns, 2 * columns) if added else slice(columns)
        W_E[p:, second] = wave
        if added:
            W_in[second, :width] = neurons.for_y
    b_in = model.blocks[0].b_in
    assert b_in is not None
    b_in[:width] = neurons.bias
    for layer in model.blocks[1:]:
        layer.W_in[:width, :width] = torch.eye(width)
    model.w_logit[:width] = neurons.out @ wave.T
