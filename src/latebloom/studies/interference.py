"""Interference: which pairs a model forgets when it is taught another answer to one of them."""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from latebloom.claims.quantity import Undefined
from latebloom.models import Examples, Model
from latebloom.tasks import ModularTask

TAUGHT = 20
"""Random pairs of each run that are given another answer, one at a time."""

LENGTHS = np.geomspace(1e-3, 1.0, 41).tolist()
"""Lengths of the step that teaches it, over the norm of all weights."""


class Forgotten(NamedTuple):
    """Shares of the pairs that are no longer right: of those that share a number with the pair that is taught, and of
    the others; and the same after a step of the same length in a random direction."""

    sharing: float
    others: float
    sharing_at_random: float
    others_at_random: float


def share_number(pairs: Int[Tensor, "pair 2"], one: int) -> Bool[Tensor, " pair"]:
    """Which pairs have a number of that one, in either place."""
    return torch.isin(pairs, pairs[one]).any(1)


def forgotten(model: Model, train: Examples, task: ModularTask, seed: int = 0) -> Forgotten:
    """Teach a random other answer to each of `TAUGHT` random pairs, by the shortest step of `LENGTHS` down the gradient
    of the loss of this pair alone after which the model gives that answer; the means over the pairs that are taught.

    A pair counts as forgotten if it was right before. Errors: Undefined where no step teaches any pair.
    """
    model, rng = copy.deepcopy(model).double(), np.random.default_rng(seed)
    pairs, positions, answers = train.tokens[:, task.operand_positions], task.loss_positions, task.answers
    weights = list(model.parameters())
    start, generator = parameters_to_vector(weights).detach(), torch.Generator().manual_seed(seed)
    right = _right(model, train, positions)

    def lost(step: Float[Tensor, " weight"], one: int) -> list[float]:
        vector_to_parameters(start + step, weights)
        gone = ~_right(model, train, positions)
        sharing, others = share_number(pairs, one), torch.arange(len(pairs)) != one
        return [float(gone[right & others & chosen].double().mean()) for chosen in (sharing, ~sharing)]

    found = []
    for one in rng.permutation(len(train))[:TAUGHT].tolist():
        answer = (train.labels[one] + int(rng.integers(1, answers))) % answers
        vector_to_parameters(start, weights)
        step = _teaching(model, train.tokens[[one]], answer, positions)
        if step is not None:
            other = torch.randn(len(step), generator=generator, dtype=step.dtype)
            found.append(Forgotten(*lost(step, one), *lost(other * step.norm() / other.norm(), one)))
    if not found:
        raise Undefined("no step teaches the model another answer")
    return Forgotten(*(float(np.mean(side)) for side in zip(*found)))


def _teaching(
    model: Model, tokens: Int[Tensor, "1 pos"], answer: Int[Tensor, "1"], positions: tuple[int, ...]
) -> Float[Tensor, " weight"] | None:
    """The shortest step that teaches one pair an answer; None where none of `LENGTHS` does. It leaves the model
    changed."""
    weights = list(model.parameters())
    start = parameters_to_vector(weights).detach()
    loss = torch.nn.functional.cross_entropy(model(tokens, positions)[:, 0], answer)
    down = -torch.cat([part.flatten() for part in torch.autograd.grad(loss, weights)])
    for length in LENGTHS:
        step = down * (length * start.norm() / down.norm())
        vector_to_parameters(start + step, weights)
        with torch.no_grad():
            if model(tokens, positions)[0, 0].argmax() == answer:
                return step
    return None


@torch.no_grad()
def _right(model: Model, train: Examples, positions: tuple[int, ...]) -> Bool[Tensor, " pair"]:
    return model(train.tokens, positions)[:, 0].argmax(-1) == train.labels[:, 0]
