"""A transformer whose circuit is known because the algorithm is written into its weights."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.circuits.modular.planted_parts import (
    check_frequencies,
    check_width,
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
) -> Transformer:
    """A transformer that computes x + y (``sign`` 1) or x - y (-1) mod p at the frequencies ``ks``, in float32.

    Residual stream, n frequencies: dimensions 0 … 2n hold cos kx, sin kx (head 0 brings them to ``=``), the next 2n
    cos ky, sin ky (head 1), the next 2n cos kz, sin kz (neurons write, W_U reads); the last 3 mark ``=`` and the
    operands' positions. All other weights are zero. Phases for x and y run over all pairs of m, so the logits are
    Σ_k α cos w(x + s·y - z), except for harmonics of order m - 1. α is such that the loss is at most ``loss``.
    Errors: UsageError for frequencies out of range, repeated, too many for the width, or leaving answers tied.
    """
    check_frequencies(p, ks)
    task = _task(p, sign)
    n = len(ks)
    for name, got, needed in (
        ("d_model", d_model, 6 * n + 3),
        ("n_heads", n_heads, 2),
        ("d_head", d_head, 2 * n),
        ("d_mlp", d_mlp, n * FEWEST_PHASES**2),
    ):
        check_width(name, got, needed, ks)
    config = TransformerConfig(d_model=d_model, n_heads=n_heads, d_head=d_head, d_mlp=d_mlp)
    model = config.build(task)
    zeroed(model)
    _write(model, waves(p, ks), sign)
    model.unembed.W_U.mul_(read_out_scale(model, task, loss))
    return model.float()


def _task(p: int, sign: int) -> ModularTask:
    if sign not in (1, -1):
        raise UsageError(f"sign: got {sign}, expected 1 (x + y) or -1 (x - y)")
    return ModularAddition(p=p) if sign == 1 else ModularSubtraction(p=p)


def _write(model: Transformer, wave: Float[Tensor, "x wave"], sign: int) -> None:
    p, width = wave.shape
    model.embed.W_E[:p, :width] = wave
    model.embed.W_E[p, -3] = 1
    model.pos_embed.W_pos[0, -2] = 1
    model.pos_embed.W_pos[1, -1] = 1
    block = model.blocks[0]
    assert block.mlp is not None
    for head in (0, 1):
        _carry(block.attn, head, width)
    _compute(block.mlp, width, sign)
    model.unembed.W_U[2 * width : 3 * width] = wave.T


def _carry(attn: Attention, head: int, width: int) -> None:
    """Head 0 or 1 moves the waves of operand 0 or 1 to ``=``, each into dimensions of its own."""
    d_head = attn.W_Q.shape[-1]
    attn.W_Q[head, -3, 0] = ATTENTION_SCORE * d_head**0.5
    attn.W_K[head, head - 2, 0] = 1
    attn.W_V[head, :width, :width] = torch.eye(width)
    attn.W_O[head, :width, head * width : (head + 1) * width] = torch.eye(width)


def _compute(mlp: MLPLayer, width: int, sign: int) -> None:
    neurons = two_phase_neurons(width // 2, mlp.W_in.shape[1], sign)
    mlp.b_in.copy_(neurons.bias)
    mlp.W_in[:width] = neurons.for_x
    mlp.W_in[width : 2 * width] = neurons.for_y
    mlp.W_out[:, 2 * width : 3 * width] = neurons.out


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
