"""One update of several models at once: a leading seed axis over weights, batches and settings.

The gradient is that of the plain forward under `torch.func.vmap`, the rule that of `latebloom.training.update` in
torch's operations, so that a member ends as it would alone, to rounding; on a GPU, thousands of rows at a time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.func import functional_call, grad_and_value, vmap

from latebloom.models import Examples, Model, cross_entropy
from latebloom.models.hooks import APART
from latebloom.tasks import IGNORE
from latebloom.training.config import Optimiser
from latebloom.training.flat import views
from latebloom.training.moments import Moments
from latebloom.training.optimiser import EPSILON


@dataclass(frozen=True, eq=False)
class Member:
    """One training: its flattened model, optimiser, and the batch of each step. Shapes are equal among members, but
    for the number of examples; learning rate and weight decay may differ."""

    model: Model
    flat: Float[Tensor, " weight"]
    moments: Moments
    config: Optimiser
    batch: Callable[[int], Examples]
    positions: tuple[int, ...]
    loss_dtype: torch.dtype


def stacked_updates(members: Sequence[Member], step: int, count: int) -> list[int]:
    """Make up to ``count`` updates from ``step`` on; for each member how many, fewer where its loss is not finite."""
    weights, first, second = (
        torch.stack(parts) for parts in zip(*((m.flat, m.moments.first, m.moments.second) for m in members))
    )
    alive = torch.ones(len(members), dtype=torch.bool, device=weights.device)
    made = torch.zeros(len(members), dtype=torch.long, device=weights.device)
    for now in range(step, step + count):
        gradient, loss = _gradients(members, weights, now)
        alive &= loss.isfinite()
        made += alive
        _update(members, weights, gradient, first, second, alive, now)
    for index, member in enumerate(members):
        member.flat.copy_(weights[index])
        member.moments.first.copy_(first[index])
        member.moments.second.copy_(second[index])
    return made.tolist()


def _gradients(
    members: Sequence[Member], weights: Float[Tensor, "seed weight"], step: int
) -> tuple[Float[Tensor, "seed weight"], Float[Tensor, " seed"]]:
    model, positions, dtype = members[0].model, members[0].positions, members[0].loss_dtype
    tokens, labels = _stacked_batches([member.batch(step) for member in members])

    def loss(flat: Tensor, one_tokens: Tensor, one_labels: Tensor) -> Tensor:
        logits = functional_call(model, views(model, flat), (one_tokens, positions, APART))
        return cross_entropy(logits, one_labels, dtype)

    gradient, value = vmap(grad_and_value(loss))(weights, tokens, labels)
    return gradient, value


def _stacked_batches(batches: Sequence[Examples]) -> tuple[Int[Tensor, "seed batch pos"], Int[Tensor, "seed batch _"]]:
    """Tokens and labels; where a batch has fewer examples than the longest, the rest carries no loss."""
    longest = max(map(len, batches))
    tokens = [torch.nn.functional.pad(b.tokens, (0, 0, 0, longest - len(b))) for b in batches]
    labels = [torch.nn.functional.pad(b.labels, (0, 0, 0, longest - len(b)), value=IGNORE) for b in batches]
    return torch.stack(tokens), torch.stack(labels)


def _update(
    members: Sequence[Member],
    weights: Float[Tensor, "seed weight"],
    gradient: Float[Tensor, "seed weight"],
    first: Float[Tensor, "seed weight"],
    second: Float[Tensor, "seed weight"],
    alive: Bool[Tensor, " seed"],
    step: int,
) -> None:
    """The rule of `latebloom.training.update`, in place, for the members that are alive."""
    config = members[0].config
    warmth = min(step / config.warmup, 1.0) if config.warmup else 1.0
    lr = weights.new_tensor([[m.config.lr * warmth] for m in members]) * alive[:, None]
    decay = weights.new_tensor([[m.config.weight_decay] for m in members])
    gradient = torch.where(alive[:, None], gradient, 0)
    if config.name == "sgd":
        first.mul_(config.momentum).add_(gradient + decay * weights)
        weights.sub_(lr * first)
        return
    if config.name == "adam":
        gradient = gradient + decay * weights
        decay = torch.zeros_like(decay)
    number, (beta_first, beta_second) = step + 1, config.betas
    first.lerp_(gradient, 1 - beta_first)
    second.mul_(beta_second).addcmul_(gradient, gradient, value=1 - beta_second)
    size = lr / (1 - beta_first**number)
    depth = second.sqrt().div_((1 - beta_second**number) ** 0.5).add_(EPSILON)
    weights.mul_(1 - lr * decay).sub_(size * first / depth)
