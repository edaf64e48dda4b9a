"""A transformer whose induction circuit is known because it is written into its weights."""

import math

import torch

from latebloom._errors import UsageError
from latebloom.circuits.induction.ablation import Head
from latebloom.models import Transformer, TransformerConfig
from latebloom.tasks import RepeatedSubsequences

ATTENTION_SCORE = 40.0
"""Score of the tokens that a head looks for; the others have 0, so attention to each of them is exp(-40),
negligible."""

LEAD = 20.0
"""The lead of the logit of the token that is attended to."""


@torch.no_grad()
def planted_induction(
    task: RepeatedSubsequences, previous: int = 0, induction: int = 1, n_heads: int = 2, n_layers: int = 2
) -> Transformer:
    """A previous-token head (0, ``previous``) and, in the last layer, an induction head that K-composes with it.

    Residual stream, V tokens: dimensions 0 … V-1 hold the token, the next V the token before (written by the first
    head, read by the second head's keys), the next V the answer (written by the second, read by W_U), the rest the
    position. Each head has a dimension per token or position. All other weights are zero, so the other heads attend
    evenly and write nothing. With one layer there is no induction head. The model errs only where a token also occurred
    earlier by chance, so that attention is split.
    Errors: UsageError for a head that does not exist.
    """
    for name, number in (("previous", previous), ("induction", induction)):
        if not 0 <= number < n_heads:
            raise UsageError(f"{name}: got {number}, expected a head in 0 … {n_heads - 1}")
    size, length = task.vocabulary, task.length
    config = TransformerConfig(
        n_layers=n_layers, d_model=3 * size + length, n_heads=n_heads, d_head=max(size, length), d_mlp=0
    )
    model = config.build(task)
    for weight in model.parameters():
        weight.zero_()
    model.embed.W_E[:, :size] = torch.eye(size)
    model.pos_embed.W_pos[:, 3 * size :] = torch.eye(length)
    model.unembed.W_U[2 * size : 3 * size] = LEAD * torch.eye(size)
    _previous_token(model, previous, size, length)
    if n_layers > 1:
        _induction(model, (n_layers - 1, induction), size)
    return model


def _previous_token(model: Transformer, head: int, size: int, length: int) -> None:
    attn = model.blocks[0].attn
    attn.W_Q[head, 3 * size :, :length] = _sharp(attn.W_Q.shape[-1]) * torch.eye(length)
    # A key at position j matches the query of position j + 1; no key matches the query of the first position.
    attn.W_K[head, 3 * size :, :length] = torch.eye(length).roll(1, 1).triu()
    _copy(model, (0, head), size, size)


def _induction(model: Transformer, head: Head, size: int) -> None:
    attn = model.blocks[head[0]].attn
    attn.W_Q[head[1], :size, :size] = _sharp(attn.W_Q.shape[-1]) * torch.eye(size)
    attn.W_K[head[1], size : 2 * size, :size] = torch.eye(size)
    _copy(model, head, size, 2 * size)


def _copy(model: Transformer, head: Head, size: int, to: int) -> None:
    """Write the token attended to into the dimensions from ``to`` on."""
    attn = model.blocks[head[0]].attn
    attn.W_V[head[1], :size, :size] = torch.eye(size)
    attn.W_O[head[1], :size, to : to + size] = torch.eye(size)


def _sharp(d_head: int) -> float:
    return ATTENTION_SCORE * math.sqrt(d_head)
