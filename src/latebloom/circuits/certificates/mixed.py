"""A model on pairs as tables: what a certificate computes with, exactly equal to the model but for rounding."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.circuits.modular.pair_forward import (
    attention_pattern,
    has_pair_tables,
    head_outputs,
    residuals_of,
    skip_row,
)
from latebloom.models import MLP, EmbeddingMLP, Model, Transformer, is_one_layer
from latebloom.models.activations import ACTIVATIONS
from latebloom.models.components import Attention
from latebloom.tasks import ModularTask

_TWO_TOKENS = frozenset(
    {"activation", "attention", "attention_mix", "attention_bias", "unembed_bias", "positions", "tied"}
)
"""What may differ from the write-up's model where the tokens are ``x y``."""

LIPSCHITZ = {"relu": 1.0, "tanh": 1.0}
"""Largest slopes of activations; no bound between two neurons' values is made for others."""


@dataclass(frozen=True, eq=False)
class Mixed:
    """Pre-activations and logits as sums over heads of attention times a table of the operand.

    pre[x, y] = pre_constant + Σ_h weight_x[x, y, h] pre_x[x, h] + weight_y[x, y, h] pre_y[y, h], and likewise the part
    of the logits that goes around the neurons; logits = that part + apply(pre) @ w_logit. A model without attention has
    one head with weight 1. slope: the largest slope of ``apply``, None if unknown.
    """

    weight_x: Float[Tensor, "p p head"]
    weight_y: Float[Tensor, "p p head"]
    pre_constant: Float[Tensor, " m"]
    pre_x: Float[Tensor, "p head m"]
    pre_y: Float[Tensor, "p head m"]
    out_constant: Float[Tensor, " c"]
    out_x: Float[Tensor, "p head c"]
    out_y: Float[Tensor, "p head c"]
    w_logit: Float[Tensor, "m c"]
    apply: Callable[[Tensor], Tensor]
    slope: float | None


@torch.no_grad()
def mixed_of(model: Model, task: ModularTask) -> Mixed:
    """The tables of a model in the precision of its weights.

    Errors: UsageError for another model than a one-layer transformer without norm on ``x y =`` or ``x y``, or one
    hidden layer.
    """
    if has_pair_tables(model, task):
        return _of_transformer(model, task)
    if is_one_layer(model, _TWO_TOKENS) and task.n_ctx == 2:
        return _of_two_tokens(model, task)
    if isinstance(model, MLP):
        rows = model.mlp.W_in[: task.p]
        return _of_layer(model, rows, rows, model.mlp.b_in, model.mlp.W_out, model.mlp.b_out, task)
    if isinstance(model, EmbeddingMLP) and len(model.blocks) == 1:
        return _of_embedding(model, task)
    raise UsageError(
        f"certify: got a {type(model).__name__} of another shape, expected a one-layer transformer without norm on "
        "x y = or x y, or a model with one hidden layer"
    )


def _of_transformer(model: Transformer, task: ModularTask) -> Mixed:
    attn, mlp, unembed = model.blocks[0].attn, model.blocks[0].mlp, model.unembed.W_U[:, : task.d_vocab_out]
    assert mlp is not None
    rows = residuals_of(model, task)
    pattern = attention_pattern(attn, rows)
    x, y, equals = (head_outputs(attn, row) for row in rows)
    skip = skip_row(attn, rows)[0]
    constant = skip + mlp.b_out + equals[0].sum(0)
    bias = 0 if model.unembed.b_U is None else model.unembed.b_U[: task.d_vocab_out]
    return Mixed(
        weight_x=pattern[0],
        weight_y=pattern[1],
        pre_constant=(skip + equals[0].sum(0)) @ mlp.W_in + mlp.b_in,
        pre_x=(x - equals) @ mlp.W_in,
        pre_y=(y - equals) @ mlp.W_in,
        out_constant=constant @ unembed + bias,
        out_x=(x - equals) @ unembed,
        out_y=(y - equals) @ unembed,
        w_logit=mlp.W_out @ unembed,
        apply=mlp.activation.apply,
        slope=LIPSCHITZ.get(mlp.activation.name),
    )


def _of_two_tokens(model: Transformer, task: ModularTask) -> Mixed:
    """Of a transformer on ``x y``, which reads the answer at y: the query and what goes around the heads depend on y.

    The latter is a head of its own, with weight 1 on y.
    """
    attn, mlp, unembed = model.blocks[0].attn, model.blocks[0].mlp, model.unembed.W_U[:, : task.d_vocab_out]
    assert mlp is not None
    p, embed, position = task.p, model.embed.W_E, model.pos_embed.W_pos
    x = embed[:p] + position[0]
    y = (embed[p : 2 * p] if task.separate_operands else embed[:p]) + position[1]
    to_x = _attention_to_x(attn, x, y)
    mix = model.config.attention_mix
    weight_x, weight_y = mix * to_x + (1 - mix), mix * (1 - to_x) + (1 - mix)
    of_x, of_y = head_outputs(attn, x), head_outputs(attn, y)
    skip = (y if attn.b_O is None else y + attn.b_O)[:, None]
    of_x, of_y = torch.cat([of_x, torch.zeros_like(skip)], 1), torch.cat([of_y, skip], 1)
    return Mixed(
        weight_x=torch.cat([weight_x, torch.zeros_like(weight_x[..., :1])], 2),
        weight_y=torch.cat([weight_y, torch.ones_like(weight_y[..., :1])], 2),
        pre_constant=mlp.b_in,
        pre_x=of_x @ mlp.W_in,
        pre_y=of_y @ mlp.W_in,
        out_constant=mlp.b_out @ unembed + (0 if model.unembed.b_U is None else model.unembed.b_U[: task.d_vocab_out]),
        out_x=of_x @ unembed,
        out_y=of_y @ unembed,
        w_logit=mlp.W_out @ unembed,
        apply=mlp.activation.apply,
        slope=LIPSCHITZ.get(mlp.activation.name),
    )


def _attention_to_x(
    attn: Attention, x: Float[Tensor, "p d_model"], y: Float[Tensor, "p d_model"]
) -> Float[Tensor, "p p head"]:
    """The softmax of y's scores, at x; b_K adds the same to both scores, which changes nothing."""
    query = torch.einsum("ym,hmd->yhd", y, attn.W_Q)
    query = (query if attn.b_Q is None else query + attn.b_Q) / attn.W_Q.shape[-1] ** 0.5
    at_x = torch.einsum("xhd,yhd->xyh", torch.einsum("xm,hmd->xhd", x, attn.W_K), query)
    at_y = torch.einsum("yhd,yhd->yh", torch.einsum("ym,hmd->yhd", y, attn.W_K), query)
    return torch.sigmoid(at_x - at_y)


def _of_embedding(model: EmbeddingMLP, task: ModularTask) -> Mixed:
    layer, rows, p = model.blocks[0], model.operand_rows, task.p
    of_y = rows[p : 2 * p] if task.separate_operands else rows[:p]
    if model.config.combine == "concat":
        first, second = layer.W_in.split(model.config.d_embed)
    else:
        first = second = layer.W_in
    out_bias = None if model.unembed is None else model.unembed.b_U
    return _of_layer(model, rows[:p] @ first, of_y @ second, layer.b_in, model.w_logit, out_bias, task)


def _of_layer(
    model: MLP | EmbeddingMLP,
    of_x: Float[Tensor, "p m"],
    of_y: Float[Tensor, "p m"],
    bias: Tensor | None,
    w_logit: Float[Tensor, "m _c"],
    out_bias: Tensor | None,
    task: ModularTask,
) -> Mixed:
    p, outputs = task.p, task.d_vocab_out
    one, nothing = of_x.new_ones(p, p, 1), of_x.new_zeros(p, 1, outputs)
    return Mixed(
        weight_x=one,
        weight_y=one,
        pre_constant=of_x.new_zeros(of_x.shape[1]) if bias is None else bias,
        pre_x=of_x[:, None],
        pre_y=of_y[:, None],
        out_constant=of_x.new_zeros(outputs) if out_bias is None else out_bias[:outputs],
        out_x=nothing,
        out_y=nothing,
        w_logit=w_logit[:, :outputs],
        apply=ACTIVATIONS[model.config.activation].apply,
        slope=LIPSCHITZ.get(model.config.activation),
    )
