"""A model with only some skip trigrams, or without them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.skip_trigrams.end_tables import EndTables
from latebloom.tasks.skip_trigrams import END, FILLERS, TRIGGERS

Pairs = Sequence[tuple[int, int]]
"""Trigrams as (token, answer class), each token once."""


def own_trigrams() -> Pairs:
    """The task's own ten: (10, 0), (11, 1), …"""
    return [(FILLERS + i, i) for i in range(TRIGGERS)]


def other_trigrams(seed: int) -> Pairs:
    """Ten other trigrams for controls: ten random tokens of all 22, each with a random answer that is not its own."""
    rng = np.random.default_rng(seed)
    tokens = rng.permutation(END + 1)[:TRIGGERS]
    return [(int(t), int(rng.choice([i for i in range(TRIGGERS) if t != FILLERS + i]))) for t in tokens]


def restricted(tables: EndTables, kept: Pairs) -> EndTables:
    """Only the kept trigrams: in each head the scores of their tokens, and one entry of the OV matrix for each.

    Everything else is replaced by a mean: the other tokens' scores by their mean over these tokens, the positions'
    scores by their mean, other OV entries by the mean of the others in their row, and the outputs of positions and of
    ``END`` itself by their mean over answers. A constant over positions or over answers changes nothing, so it is 0
    here.
    """
    tokens, answers = _columns(kept)
    spared = torch.ones(tables.token_scores.shape[1], dtype=torch.bool)
    spared[tokens] = False
    scores = tables.token_scores.clone()
    scores[:, spared] = scores[:, spared].mean(1, keepdim=True)
    written = torch.zeros_like(tables.token_logits)
    written[:, tokens, answers] = tables.token_logits[:, tokens, answers] - _others(tables, tokens, answers)
    return EndTables(
        scores,
        torch.zeros_like(tables.position_scores),
        written,
        torch.zeros_like(tables.position_logits),
        torch.zeros_like(tables.direct),
    )


def without(tables: EndTables, dropped: Pairs) -> EndTables:
    """The other trigrams: in each head the dropped tokens' scores become the mean of the other tokens' scores, and the
    dropped OV entries become the mean of the others in their row."""
    tokens, answers = _columns(dropped)
    rest = torch.ones(tables.token_scores.shape[1], dtype=torch.bool)
    rest[tokens] = False
    scores, written = tables.token_scores.clone(), tables.token_logits.clone()
    scores[:, tokens] = scores[:, rest].mean(1, keepdim=True)
    written[:, tokens, answers] = _others(tables, tokens, answers)
    return replace(tables, token_scores=scores, token_logits=written)


def _columns(pairs: Pairs) -> tuple[list[int], list[int]]:
    return [token for token, _ in pairs], [answer for _, answer in pairs]


def _others(tables: EndTables, tokens: list[int], answers: list[int]) -> Float[Tensor, "head pair"]:
    """For each pair, the mean of the other entries in its row."""
    rows = tables.token_logits[:, tokens]
    own = tables.token_logits[:, tokens, answers]
    return (rows.sum(-1) - own) / (rows.shape[-1] - 1)
