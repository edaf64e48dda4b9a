"""One update of several models at once: a leading seed axis over weights, batches and settings.

The gradient is that of the plain forward under `torch.func.vmap`, the update the stacked step of the optimiser, so that
a member ends as it would alone, to rounding; on a GPU, thousands of rows at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.func import functional_call, grad_and_value, vmap

from latebloom.models import Examples, Model, cross_entropy
from latebloom.models.flat import views
from latebloom.models.hooks import UNFUSED
from latebloom.tasks import IGNORE
from latebloom.training.moments import Moments
from latebloom.training.optimisers import Optimiser, rule_of, warmed

if TYPE_CHECKING:
    from latebloom.training.optimisers.rule import StackedStep


@dataclass(frozen=True, eq=False)
class Member:
    """One training: its flattened model, optimiser, and the batch of each step. Members have equal shapes except for
    the number of examples; their learning rates and weight decays may differ."""

    model: Model
    flat: Float[Tensor, " weight"]
    moments: Moments
    settings: Optimiser
    batch: Callable[[int], Examples]
    positions: tuple[int, ...]
    loss_dtype: torch.dtype


def stacked_updates(members: Sequence[Member], step: int, count: int) -> list[int]:
    """Make up to ``count`` updates from ``step`` on. Returns how many each member made: fewer where its loss is not
    finite. Errors: AssertionError for an optimiser without a stacked step."""
    stacked = rule_of(members[0].settings).stacked
    assert stacked is not None
    weights = torch.stack([member.flat for member in members])
    moments = tuple(torch.stack(parts) for parts in zip(*(member.moments.flat for member in members)))
    alive = torch.ones(len(members), dtype=torch.bool, device=weights.device)
    made = torch.zeros(len(members), dtype=torch.long, device=weights.device)
    for now in range(step, step + count):
        gradient, loss = _gradients(members, weights, now)
        alive &= loss.isfinite()
        made += alive
        _update(stacked, members, weights, gradient, moments, alive, now)
    for index, member in enumerate(members):
        member.flat.copy_(weights[index])
        for own, stack in zip(member.moments.flat, moments):
            own.copy_(stack[index])
    return made.tolist()


def _gradients(
    members: Sequence[Member], weights: Float[Tensor, "seed weight"], step: int
) -> tuple[Float[Tensor, "seed weight"], Float[Tensor, " seed"]]:
    model, positions, dtype = members[0].model, members[0].positions, members[0].loss_dtype
    tokens, labels = _stacked_batches([member.batch(step) for member in members])

    def loss(flat: Tensor, one_tokens: Tensor, one_labels: Tensor) -> Tensor:
        logits = functional_call(model, views(model, flat), (one_tokens, positions, UNFUSED))
        return cross_entropy(logits, one_labels, dtype)

    gradient, value = vmap(grad_and_value(loss))(weights, tokens, labels)
    return gradient, value


def _stacked_batches(batches: Sequence[Examples]) -> tuple[Int[Tensor, "seed batch pos"], Int[Tensor, "seed batch _"]]:
    """Tokens and labels; a batch with fewer examples than the longest is padded with examples that carry no loss."""
    longest = max(map(len, batches))
    tokens = [torch.nn.functional.pad(b.tokens, (0, 0, 0, longest - len(b))) for b in batches]
    labels = [torch.nn.functional.pad(b.labels, (0, 0, 0, longest - len(b)), value=IGNORE) for b in batches]
    return torch.stack(tokens), torch.stack(labels)


def _update(
    stacked: StackedStep,
    members: Sequence[Member],
    weights: Float[Tensor, "seed weight"],
    gradient: Float[Tensor, "seed weight"],
    moments: tuple[Float[Tensor, "seed weight"], ...],
    alive: Bool[Tensor, " seed"],
    step: int,
) -> None:
    """The optimiser's step, in place. Members whose loss was not finite get a learning rate and gradient of zero."""
    settings = [member.settings for member in members]
    lr = weights.new_tensor([[warmed(one.lr, one.warmup, step)] for one in settings]) * alive[:, None]
    stacked(settings, weights, torch.where(alive[:, None], gradient, 0), moments, lr, step)
