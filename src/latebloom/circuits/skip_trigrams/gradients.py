"""Gradients of a trigram's loss on the two halves of its circuit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from latebloom.circuits.skip_trigrams.end_tables import EndTables
from latebloom.models import Examples
from latebloom.tasks.skip_trigrams import FILLERS


@dataclass(frozen=True)
class TrigramGradients:
    """Norms over heads of the gradient of one trigram's mean loss (nats), and the error to compare them with.

    qk: with respect to the score of its token. ov: with respect to the OV entry from its token to its answer.
    error: mean of 1 - probability of the right answer; every gradient of the loss is proportional to it.

    Per example and head: ∂loss/∂ov = -A (1 - P), and ∂loss/∂qk is A (1 - A) times the
    difference between the outputs of the token and of the rest, weighted by the error. So the gradient on each half is
    proportional to the other half: the write-up's "reinforce the gradients on all other components".
    Limits: these are gradients of table entries; gradients of weights are these times the other matrices.
    """

    qk: float
    ov: float
    error: float


def trigram_gradients(tables: EndTables, examples: Examples) -> Sequence[TrigramGradients | None]:
    """One per trigram, in order; None where no example has that answer."""
    return [_of_trigram(tables, examples, i) for i in range(tables.direct.shape[0])]


@torch.enable_grad()
def _of_trigram(tables: EndTables, examples: Examples, answer: int) -> TrigramGradients | None:
    chosen = examples.take((examples.labels[:, 0] == answer).nonzero()[:, 0])
    if len(chosen) == 0:
        return None
    scores = tables.token_scores.detach().requires_grad_()
    written = tables.token_logits.detach().requires_grad_()
    losses = replace(tables, token_scores=scores, token_logits=written).losses(chosen.tokens, chosen.labels)
    by_score, by_logit = torch.autograd.grad(losses.mean(), (scores, written))
    token = FILLERS + answer
    error = float(-torch.expm1(-losses.detach()).mean())
    return TrigramGradients(float(by_score[:, token].norm()), float(by_logit[:, token, answer].norm()), error)
