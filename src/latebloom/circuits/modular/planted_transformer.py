"""A transformer whose circuit is known because the algorithm is written into its weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.circuits.modular.planted_norm import inner_width, outer_width, write_with_norm
from latebloom.circuits.modular.planted_parts import (
    BIAS,
    check_frequencies,
    check_width,
    even_phases,
    read_out_scale,
    two_phase_neurons,
    waves,
    zeroed,
)
from latebloom.models import Transformer, TransformerConfig
from latebloom.models.components import Attention, MLPLayer
from latebloom.tasks import ModularAddition, ModularSubtraction, ModularTask

FEWEST_PHASES = 5
"""Phases per operand, m · m neurons per frequency. With m phases, harmonics of order m - 1 and above remain in the
logits; from the fourth on they are below a twentieth of the signal."""

ATTENTION_SCORE = 40.0
"""Score of the operand that a head attends to, where other scores are 0: other attention is exp(-40), negligible."""


@dataclass(frozen=True)
class _Places:
    """Where in the residual stream the waves of x and y arrive, and where the neurons write. The embeddings' own waves
    are in the first dimensions."""

    x: slice
    y: slice
    out: slice

    @classmethod
    def of(cls, width: int, tied: bool) -> "_Places":
        """The neurons write where the embeddings are if these are also the unembedding, else after the operands."""
        first, second, third = (slice(i * width, (i + 1) * width) for i in range(3))
        return cls(second, third, first) if tied else cls(first, second, third)


@torch.no_grad()
def planted_transformer(
    p: int,
    ks: Sequence[int],
    sign: int = 1,
    d_model: int = 128,
    n_heads: int = 4,
    d_head: int = 32,
    d_mlp: int = 512,
    loss: float = 1e-4,
    layout: Mapping[str, Any] | None = None,
    architecture: Mapping[str, Any] | None = None,
) -> Transformer:
    """A transformer that computes x + y (``sign`` 1) or x - y (-1) mod p at the frequencies ``ks``, in float32.

    Residual stream, n frequencies: dimensions 0 … 2n hold cos kx, sin kx (head 0 brings them to the last position), the
    next 2n cos ky, sin ky (head 1), the next 2n cos kz, sin kz (neurons write, W_U reads; for tied embeddings the first
    2n, and the operands arrive after them); the last 3 mark the last position and the operands. All other weights are
    zero, and of several layers only the last does anything. Phases for x and y run over all pairs of m, so the logits
    are Σ_k α cos w(x + s·y - z), except for harmonics of order m - 1. α is such that the loss is at most ``loss``.
    ``layout``: fields of the task; ``architecture``: fields of `TransformerConfig`. With a norm, the stream is as in
    `planted_norm`: it takes twice the width, and the loss may exceed ``loss`` by the little that norms vary.
    Errors: UsageError for frequencies out of range, repeated, too many for the width, or leaving answers tied; for a
    norm with tied embeddings; for a mix of 0, where heads cannot choose an operand; and for no positions where operands
    share their tokens.
    """
    check_frequencies(p, ks)
    task = _task(p, sign, layout or {})
    n, norm = len(ks), str((architecture or {}).get("norm", "none"))
    for name, got, needed in (
        ("d_model", d_model, outer_width(6 * n + 3, norm)),
        ("n_heads", n_heads, 2),
        ("d_head", d_head, 2 * n),
        ("d_mlp", d_mlp, n * FEWEST_PHASES**2),
    ):
        check_width(name, got, needed, ks)
    config = TransformerConfig(d_model=d_model, n_heads=n_heads, d_head=d_head, d_mlp=d_mlp, **(architecture or {}))
    _check_architecture(config, task)
    model = config.model_copy(update={"norm": "none", "d_model": inner_width(d_model, norm)}).build(task)
    zeroed(model)
    _write(model, task, waves(p, ks), sign)
    scale = read_out_scale(model, task, loss)
    mlp = model.blocks[-1].mlp
    assert mlp is not None
    (mlp.W_out if config.tied else model.unembed.W_U).mul_(scale)
    return (model if norm == "none" else _with_norm(model, config, task)).float()


def _with_norm(plain: Transformer, config: TransformerConfig, task: ModularTask) -> Transformer:
    model = config.build(task)
    zeroed(model)
    write_with_norm(model, plain)
    return model


def _task(p: int, sign: int, layout: Mapping[str, Any]) -> ModularTask:
    if sign not in (1, -1):
        raise UsageError(f"sign: got {sign}, expected 1 (x + y) or -1 (x - y)")
    return ModularAddition(p=p, **layout) if sign == 1 else ModularSubtraction(p=p, **layout)


def _check_architecture(config: TransformerConfig, task: ModularTask) -> None:
    if config.attention_mix == 0:
        raise UsageError("attention_mix: got 0, expected more: heads could not choose an operand")
    if not config.positions and not task.separate_operands:
        raise UsageError("positions: got false, expected true, or separate_operands: nothing else tells x from y")


def _write(model: Transformer, task: ModularTask, wave: Float[Tensor, "x wave"], sign: int) -> None:
    p, width = wave.shape
    places = _Places.of(width, model.config.tied)
    model.embed.W_E[:p, :width] = wave
    if task.separate_operands:
        model.embed.W_E[p : 2 * p, :width] = wave
    _mark(model, task)
    last = model.blocks[-1]
    assert last.mlp is not None
    for head in (0, 1):
        _carry(last.attn, head, width)
    at_y = task.operand_positions[1] == task.n_ctx - 1
    _write_operands(last.attn, _separation(model.config.attention_mix), width, places, at_y)
    _compute(last.mlp, width, sign, places, _second_order(last.mlp))
    if not model.config.tied:
        model.unembed.W_U[places.out, :p] = wave.T


def _mark(model: Transformer, task: ModularTask) -> None:
    """Marks of the last position, of x and of y: by token where the token says it, else by position."""
    W_E, W_pos, p, (x, y) = model.embed.W_E, model.pos_embed.W_pos, task.p, task.operand_positions
    if model.config.positions:
        W_pos[x, -2] = 1
        W_pos[y, -1] = 1
    else:
        W_E[:p, -2] = 1
        W_E[p : 2 * p, -1] = 1
    if y != task.n_ctx - 1:
        W_E[task.equals_token, -3] = 1
    elif model.config.positions:
        W_pos[y, -3] = 1
    else:
        W_E[p : 2 * p, -3] = 1


def _carry(attn: Attention, head: int, width: int) -> None:
    """Head 0 or 1 attends from the last position to operand 0 or 1, and reads its waves."""
    d_head = attn.W_Q.shape[-1]
    attn.W_Q[head, -3, 0] = ATTENTION_SCORE * d_head**0.5
    attn.W_K[head, head - 2, 0] = 1
    attn.W_V[head, :width, :width] = torch.eye(width)


def _separation(mix: float) -> Float[Tensor, "2 2"]:
    """How much of each head's value makes up x and y: heads that also attend 1 - mix to the other operand have
    x + (1 - mix)·y and (1 - mix)·x + y."""
    other = 1 - mix
    return torch.linalg.inv(torch.tensor([[1, other], [other, 1]], dtype=torch.float64))


def _write_operands(attn: Attention, parts: Float[Tensor, "2 2"], width: int, places: _Places, own: bool) -> None:
    """The heads write the waves of x and of y into dimensions of their own. own: whether the last position is y."""
    for operand, place in enumerate((places.x, places.y)):
        for head in (0, 1):
            attn.W_O[head, :width, place] += parts[operand, head] * torch.eye(width)
    if own:
        for head in (0, 1):  # y's own waves are already in the first dimensions: take them away
            attn.W_O[head, :width, :width] -= parts[1, head] * torch.eye(width)


def _second_order(mlp: MLPLayer) -> float:
    """The sign of the term cos a cos b of the activation function of BIAS + cos a + cos b: -1 for tanh."""
    a = even_phases(64)
    carried = mlp.activation.apply(BIAS + a.cos()[:, None] + a.cos()) * a.cos()[:, None] * a.cos()
    return float(carried.mean().sign())


def _compute(mlp: MLPLayer, width: int, sign: int, places: _Places, turn: float) -> None:
    neurons = two_phase_neurons(width // 2, mlp.W_in.shape[1], sign)
    mlp.b_in.copy_(neurons.bias)
    mlp.W_in[places.x] = neurons.for_x
    mlp.W_in[places.y] = neurons.for_y
    mlp.W_out[:, places.out] = turn * neurons.out


@torch.no_grad()
def planted_operation(task: ModularTask, ks: Sequence[int], **shape: int | float) -> Transformer:
    """A transformer that computes any operation that is addition or subtraction in a cyclic group of order n.

    It is `planted_transformer` of that group with tokens and answers renamed, so ``ks`` are frequencies of the group
    (for x·y mod p, of the discrete logarithms, n = p - 1). A value without a position, the 0 of x·y and x/y, has a zero
    embedding, and pairs with it are answered at random. Errors: as `planted_transformer`; UsageError for an operation
    that has no such group.
    """
    form = task.cyclic_form
    if form is None:
        raise UsageError(f"task: got {task.name}, expected an operation that is addition in a cyclic group")
    base = planted_transformer(form.order, ks, form.sign, **shape)  # type: ignore[arg-type]
    model = base.config.build(task)
    state = base.state_dict()
    embedding, unembedding = (state[name] for name in ("embed.W_E", "unembed.W_U"))
    renamed = {
        "embed.W_E": embedding.new_zeros(task.d_vocab, embedding.shape[1]),
        "unembed.W_U": unembedding.new_zeros(unembedding.shape[0], task.d_vocab_out),
    }
    renamed["embed.W_E"][form.x] = embedding[: form.order]
    renamed["embed.W_E"][task.p] = embedding[form.order]
    renamed["unembed.W_U"][:, form.z] = unembedding[:, : form.order]
    model.load_state_dict(state | renamed)
    return model
