"""How much each head attends to the previous token, and to the tokens after earlier copies of the same token."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.circuits.induction.sequences import Sequences, transformer
from latebloom.models import Model

Patterns = list[Float[Tensor, "batch head query key"]]


@dataclass(frozen=True, eq=False)
class HeadScores:
    """Mean attention (0 … 1) by layer and head.

    previous_token: from each token of the first copy except its first to the token before it. Every later copy can be
    predicted from the first copy, and a previous-token head may work only there.
    previous_token_everywhere: from every position after START to the one before it.
    induction: from each position with a label to the tokens after the same token in earlier copies (summed).
    induction_control: at the same positions in sequences without the repeats.
    """

    previous_token: Float[Tensor, "layer head"]
    previous_token_everywhere: Float[Tensor, "layer head"]
    induction: Float[Tensor, "layer head"]
    induction_control: Float[Tensor, "layer head"]


@torch.no_grad()
def head_scores(model: Model, sequences: Sequences) -> HeadScores:
    """The scores of every head. Errors: UsageError for a model without attention.

    Source: Olsson et al. 2022, "In-context learning and induction heads" (prefix matching and previous-token scores).
    Limits: a mean over positions; it does not show whether the head's output is used.
    """
    repeated, control = (patterns(model, tokens) for tokens in (sequences.examples.tokens, sequences.control))
    return HeadScores(
        torch.stack([_previous(pattern, sequences.previous) for pattern in repeated]),
        torch.stack([pattern.diagonal(-1, 2, 3).mean((0, 2)) for pattern in repeated]),
        torch.stack([_induction(pattern, sequences) for pattern in repeated]),
        torch.stack([_induction(pattern, sequences) for pattern in control]),
    )


def previous_token_even(sequences: Sequences) -> float:
    """The previous-token score of attention that is spread evenly over all positions so far."""
    return float((sequences.previous + 1).double().reciprocal().mean())


@torch.no_grad()
def patterns(model: Model, tokens: Int[Tensor, "batch pos"]) -> Patterns:
    """Every layer's attention at every position."""
    _, cache = transformer(model).run_with_cache(tokens)
    return [cache[f"blocks.{layer}.attn.hook_pattern"] for layer in range(len(transformer(model).blocks))]


def _previous(pattern: Float[Tensor, "batch head query key"], at: Int[Tensor, "batch token"]) -> Tensor:
    rows = torch.arange(len(at))[:, None]
    return pattern[rows, :, at, at - 1].mean((0, 1))


def _induction(pattern: Float[Tensor, "batch head query key"], sequences: Sequences) -> Float[Tensor, " head"]:
    labelled, starts = sequences.labelled, sequences.starts
    rows = torch.arange(len(starts))[:, None]
    by_copy = []
    for later in range(labelled.shape[1]):
        into = labelled[:, later] - starts[:, later + 1, None] + 1
        earlier = [pattern[rows, :, labelled[:, later], starts[:, copy, None] + into] for copy in range(later + 1)]
        by_copy.append(torch.stack(earlier).sum(0).mean((0, 1)))
    return torch.stack(by_copy).mean(0)
