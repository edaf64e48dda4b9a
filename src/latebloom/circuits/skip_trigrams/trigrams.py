"""The strength of each token's skip trigram ``token … END answer``."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.skip_trigrams.end_tables import EndTables
from latebloom.tasks.skip_trigrams import END, FILLERS, START, TRIGGERS


@dataclass(frozen=True)
class Trigram:
    """``token … END answer``. ``answer``: an answer class; class i stands for token 10 + i.

    ov: lead of the answer over the mean of the other answers, as written by the token's values, summed over heads.
    qk: score of the token minus the mean score of the tokens 0 … 9; mean over heads, weighted by the size of their ov.
    strength: the lead that arrives, Σ_head attention · ov, in nats; attention as in `typical_attention`.
    """

    token: int
    answer: int
    qk: float
    ov: float
    strength: float

    @property
    def right(self) -> bool:
        """Whether it is one of the task's own."""
        return self.token == FILLERS + self.answer


def skip_trigrams(tables: EndTables) -> list[Trigram]:
    """The strongest trigram of every input token, strongest first."""
    strength = strengths(tables)
    best = strength.argmax(1)
    trigrams = [_trigram(tables, token, int(answer)) for token, answer in enumerate(best)]
    return sorted(trigrams, key=lambda trigram: -trigram.strength)


def own_strengths(tables: EndTables) -> list[Trigram]:
    """The task's own ten, in order, whatever their strength."""
    return [_trigram(tables, FILLERS + i, i) for i in range(TRIGGERS)]


def trigrams_found(trigrams: Sequence[Trigram]) -> int:
    """How many of the ten strongest are the task's own; random weights give 0.5 on average, 10 · 10/220."""
    return sum(trigram.right for trigram in trigrams[:TRIGGERS])


def strengths(tables: EndTables) -> Float[Tensor, "d_vocab d_vocab_out"]:
    """Lead of each answer from one occurrence of each token, in nats."""
    return torch.einsum("ht,hto->to", typical_attention(tables), leads(tables))


def leads(tables: EndTables) -> Float[Tensor, "head d_vocab d_vocab_out"]:
    """The OV circuit of tokens, each answer over the mean of the other answers of its row."""
    written = tables.token_logits
    count = written.shape[-1]
    return (written - written.mean(-1, keepdim=True)) * (count / (count - 1))


def typical_attention(tables: EndTables) -> Float[Tensor, "head d_vocab"]:
    """Attention of ``END`` to one occurrence of a token among average fillers, ``START`` and ``END``, 0 … 1.

    Each position counts with the mean position score, each filler with the mean of exp(score) over tokens 0 … 9.
    """
    scores = tables.token_scores - tables.token_scores.amax(-1, keepdim=True)
    raised = scores.exp()
    fillers = raised[:, :FILLERS].mean(-1, keepdim=True) * (tables.position_scores.shape[1] - 3)
    return raised / (raised + fillers + raised[:, [START]] + raised[:, [END]])


def _trigram(tables: EndTables, token: int, answer: int) -> Trigram:
    lead = leads(tables)[:, token, answer]
    above = tables.token_scores[:, token] - tables.token_scores[:, :FILLERS].mean(-1)
    weight = lead.abs() / lead.abs().sum().clamp_min(torch.finfo(lead.dtype).tiny)
    arrives = typical_attention(tables)[:, token] * lead
    return Trigram(token, answer, float((weight * above).sum()), float(lead.sum()), float(arrives.sum()))
