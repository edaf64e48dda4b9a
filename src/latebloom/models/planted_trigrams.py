"""A transformer that does the task because the ten skip trigrams are written into its weights."""

import math

import torch

from latebloom._errors import UsageError
from latebloom.models.components import Attention
from latebloom.models.transformer import Transformer, TransformerConfig
from latebloom.tasks import SkipTrigrams
from latebloom.tasks.skip_trigrams import END, FILLERS, TRIGGERS

ATTENTION_SCORE = 40.0
"""Score of a head's own triggers; the others have 0, so attention to each of them is exp(-40), negligible."""


@torch.no_grad()
def planted_trigrams(
    task: SkipTrigrams, d_model: int = 32, n_heads: int = 4, d_head: int = 8, loss: float = 1e-4
) -> Transformer:
    """A one-layer attention-only transformer with this loss (nats) on every example, in float32.

    Residual dimension i is answer i: W_E of the token 10 + i sets it, and W_U reads it; dimension 10 marks ``END``.
    Head h looks for the answers h · d_head … and copies them. A head whose triggers are absent attends evenly to
    the sequence; the only trigger there belongs to another head, and this head has no dimension for it and writes 0.
    All other weights are zero.
    Errors: UsageError where the model is too narrow, or for a loss that is not between 0 and that of guessing.
    """
    if not 0 < loss < math.log(TRIGGERS):
        raise UsageError(f"loss: got {loss}, expected above 0 and below {math.log(TRIGGERS):.3g}, that of guessing")
    for name, got, needed in (("d_model", d_model, TRIGGERS + 1), ("n_heads · d_head", n_heads * d_head, TRIGGERS)):
        if got < needed:
            raise UsageError(f"{name}: got {got}, expected at least {needed} for {TRIGGERS} trigrams; widen it")
    model = TransformerConfig(d_model=d_model, n_heads=n_heads, d_head=d_head, d_mlp=0).build(task)
    for weight in model.parameters():
        weight.zero_()
    for i in range(TRIGGERS):
        model.embed.W_E[FILLERS + i, i] = 1
        # The right answer has the same lead over all others: loss = ln(1 + (n - 1) exp(-lead)).
        model.unembed.W_U[i, i] = math.log((TRIGGERS - 1) / math.expm1(loss))
        _copy(model.blocks[0].attn, i)
    model.embed.W_E[END, TRIGGERS] = 1
    return model


def _copy(attn: Attention, answer: int) -> None:
    """Set the weights of the head, and of the dimension in it, that copy this answer."""
    d_head = attn.W_Q.shape[-1]
    head, place = divmod(answer, d_head)
    attn.W_Q[head, TRIGGERS, 0] = ATTENTION_SCORE * d_head**0.5
    attn.W_K[head, answer, 0] = 1
    attn.W_V[head, answer, place] = 1
    attn.W_O[head, place, answer] = 1
