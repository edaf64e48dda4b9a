"""The exact fast forward over the whole p × p grid, for one layer of attention and neurons.

Keys and values depend on (token, position) only and the query of ``=`` is the same for every pair, so attention is a
softmax over three look-ups per head. The output of a head enters neurons and logits linearly, so W_V W_O W_in is folded
into tables T_x[x, h], T_y[y, h], T_=[h], and since a head's attention adds up to one, a pre-activation is

    pre[x, y] = c + Σ_h a_x[x, y, h] (T_x[x, h] - T_=[h]) + a_y[x, y, h] (T_y[y, h] - T_=[h])

with c = Σ_h T_=[h] + resid_= W_in + b_in: a small matrix product for each x and each y. The residual connection
around the MLP is the same with W_U in place of W_in; neurons reach the logits through W_logit = W_out W_U, the only
large product left.
Equal to the plain forward to rounding (tested). Source: design.md, "The exact fast forward".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeGuard

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.modular.plain_forward import PairRun
from latebloom.models import Model, Transformer, is_one_layer
from latebloom.models.components import Attention
from latebloom.tasks import ModularTask

_EXACT = frozenset({"activation", "attention", "attention_bias", "unembed_bias", "positions", "tied"})
"""What may differ from the write-up's model: none of it changes the heads' pattern at the last position, which adds up
to 1, or that their outputs enter neurons and logits linearly."""


def has_pair_tables(model: Model, task: ModularTask) -> TypeGuard[Transformer]:
    """Whether `pair_forward` applies: one layer with an MLP, without norm or mix of attention, on ``x y =``."""
    return is_one_layer(model, _EXACT) and task.operand_positions == (0, 1) and task.loss_positions == (2,)


PART = 8
"""Values of x whose neurons the activation function gets at a time."""


@dataclass(frozen=True)
class PairTables:
    """The parts of the sums that give neurons and logits of all pairs, which need no forward pass over the pairs.

    pattern: attention of ``=``. neurons, logits: what each pair's pre-activations, and its logits without the neurons,
    are summed from. w_logit: the neurons' map to the logits.
    """

    pattern: Float[Tensor, "pos x x head"]
    neurons: "_Mixture"
    logits: "_Mixture"
    w_logit: Float[Tensor, "d_mlp d_vocab_out"]
    activate: Callable[[Tensor], Tensor]

    def neurons_of(self, y: slice = slice(None)) -> Float[Tensor, "x y d_mlp"]:
        """The neurons of the pairs with these y, after the activation function."""
        neurons = self.neurons.of(self.pattern[:, :, y], y)
        # Memory for a second array of this size takes longer to get than the function takes.
        for part in neurons.split(PART):
            part.copy_(self.activate(part))
        return neurons

    def around_neurons(self) -> Float[Tensor, "x y d_vocab_out"]:
        """The logits of all pairs without the neurons' part."""
        return self.logits.of(self.pattern, slice(None))


@dataclass(frozen=True)
class _Mixture:
    """Attention times tables, summed over heads and positions, and added to ``constant``.

    x, y: of each operand, less that of ``=``, which stands in the constant, since a head's attention adds up to one.
    """

    constant: Float[Tensor, "1 width"]
    x: Float[Tensor, "x head width"]
    y: Float[Tensor, "y head width"]

    def of(self, pattern: Float[Tensor, "pos x y head"], y: slice) -> Float[Tensor, "x y width"]:
        """The sums for the pairs with these y, whose attention is ``pattern``."""
        mixed = torch.baddbmm(self.constant, pattern[0], self.x)
        mixed.transpose(0, 1).baddbmm_(pattern[1].transpose(0, 1), self.y[y])
        return mixed


def pair_tables(model: Transformer, task: ModularTask) -> PairTables:
    """The tables of a model of which `has_pair_tables` is true; without gradients."""
    attn, mlp, unembed = model.blocks[0].attn, model.blocks[0].mlp, model.unembed.W_U
    assert mlp is not None
    residuals = residuals_of(model, task)
    carried = [head_outputs(attn, resid) for resid in residuals]
    skip = skip_row(attn, residuals)
    constant = (skip + mlp.b_out) @ unembed
    if model.unembed.b_U is not None:
        constant = constant + model.unembed.b_U
    return PairTables(
        attention_pattern(attn, residuals),
        _mixture([table @ mlp.W_in for table in carried], skip @ mlp.W_in + mlp.b_in),
        _mixture([table @ unembed for table in carried], constant),
        mlp.W_out @ unembed,
        mlp.activation.apply,
    )


def pair_forward(model: Transformer, task: ModularTask) -> PairRun:
    """Run a model on all pairs; without gradients."""
    tables = pair_tables(model, task)
    neurons, outputs = tables.neurons_of(), tables.around_neurons()
    outputs.flatten(0, 1).addmm_(neurons.flatten(0, 1), tables.w_logit)
    return PairRun(outputs, neurons, tables.pattern.movedim(0, -1))


def residuals_of(model: Transformer, task: ModularTask) -> list[Float[Tensor, "_row d_model"]]:
    """Residual stream before attention: of every x, of every y, and (one row) of ``=``."""
    embed, position, p = model.embed.W_E, model.pos_embed.W_pos, task.p
    of_y = embed[p : 2 * p] if task.separate_operands else embed[:p]
    return [embed[:p] + position[0], of_y + position[1], embed[None, task.equals_token] + position[2]]


def attention_pattern(attn: Attention, residuals: list[Float[Tensor, "_row d_model"]]) -> Float[Tensor, "pos x x head"]:
    """Attention of ``=``; positions first, since a softmax over a last axis of length 3 is slow."""
    query = torch.einsum("m,hmd->hd", residuals[-1][0], attn.W_Q)
    if attn.b_Q is not None:
        query = query + attn.b_Q
    query = query / attn.W_Q.shape[-1] ** 0.5  # b_K adds the same to the scores of all positions, which changes nothing
    score_weights = torch.einsum("hmd,hd->mh", attn.W_K, query)
    to_x, to_y, to_itself = (resid @ score_weights for resid in residuals)
    return torch.stack(torch.broadcast_tensors(to_x[:, None], to_y, to_itself)).softmax(dim=0)


def head_outputs(attn: Attention, resid: Float[Tensor, "row d_model"]) -> Float[Tensor, "row head d_model"]:
    """The output of each head at ``=`` if it attends to this row alone."""
    values = torch.einsum("rm,hmd->rhd", resid, attn.W_V)
    return torch.einsum("rhd,hdm->rhm", values if attn.b_V is None else values + attn.b_V, attn.W_O)


def skip_row(attn: Attention, residuals: list[Float[Tensor, "_row d_model"]]) -> Float[Tensor, "1 d_model"]:
    """What reaches neurons and logits of every pair around the heads."""
    return residuals[-1] if attn.b_O is None else residuals[-1] + attn.b_O


def _mixture(tables: list[Float[Tensor, "_row head width"]], skip: Float[Tensor, "1 width"]) -> _Mixture:
    """The mixture of the tables of x, y and ``=``, with what is common to all pairs."""
    x, y, equals = tables
    return _Mixture(skip + equals.sum(1), x - equals, y - equals)
