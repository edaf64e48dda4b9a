"""From which column of the operands each digit of the answer is read: the loss without the values of one column."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.circuits.digits.sums import Sums
from latebloom.circuits.interventions import ReplaceWith
from latebloom.models import Model, is_one_layer
from latebloom.models.loss import per_label
from latebloom.tasks.digit_addition import BASE


class SplitLoss(NamedTuple):
    """The loss of each digit of the answer (nats), cut in two: their sum is the loss.

    on_sum: -ln(q + q'), with q and q' the probabilities of the digit for the carry that there is and for the other one.
    on_carry: -ln(q / (q + q')). Guessing costs ln 5 and ln 2.
    """

    on_sum: Float[Tensor, "batch place"]
    on_carry: Float[Tensor, "batch place"]


def split_loss(
    logits: Float[Tensor, "batch place 10"], answer: Int[Tensor, "batch place"], carry: Int[Tensor, "batch place"]
) -> SplitLoss:
    """What is lost on the sum mod 10 of a digit, and on the carry into it."""
    other = (answer + 1 - 2 * carry) % BASE
    right, wrong = (per_label(logits, labels)[0] for labels in (answer, other))
    either = -torch.logaddexp(-right, -wrong)
    return SplitLoss(either, right - either)


COLUMNS: Mapping[str, Callable[[int, int], range]] = {
    "own": lambda place, digits: range(place - 1, place),
    "right": lambda place, digits: range(place, min(place + 1, digits)),
    "left": lambda place, digits: range(place - 2, place - 1),
    "further": lambda place, digits: range(place + 1, digits),
}
"""Columns of the operands, from the left, by the place of a digit of the answer and the number of columns: that above
the digit, its neighbours, and all those further to the right. Empty, or negative, where there is none."""


def columns_of(name: str, place: int, digits: int) -> list[int]:
    """The columns of `COLUMNS` that there are."""
    return [column for column in COLUMNS[name](place, digits) if column >= 0]


@torch.no_grad()
def attention_to(model: Model, sums: Sums) -> dict[str, float]:
    """The share of the attention of the answer's digits that goes to each of `COLUMNS`, in the mean over sums, heads
    and those places that have such columns and a carry into them. Errors: UsageError as for `logits_without`."""
    _, cache = _checked(model).run_with_cache(_tokens(sums), sums.task.loss_positions)
    pattern, digits = cache["blocks.0.attn.hook_pattern"].mean((0, 1)), sums.task.digits
    found = {}
    for name in COLUMNS:
        keys = {place: _positions(columns_of(name, place, digits), digits) for place in range(1, digits)}
        found[name] = float(torch.stack([pattern[place, key].sum() for place, key in keys.items() if key]).mean())
    return found


@torch.no_grad()
def logits_without(model: Model, sums: Sums) -> dict[str, Float[Tensor, "batch place 10"]]:
    """For each of `COLUMNS`, the logits if a digit of the answer gets only the mean of what attention moves from there.

    What the heads move from a column, attention times value, is held at its mean over the sums; the attention stays
    that of the model, so that what it reads off the column to decide where to attend is not taken away.
    Errors: UsageError for another model than a transformer of one layer with neurons.
    """
    tokens, positions = _tokens(sums), sums.task.loss_positions
    _, cache = _checked(model).run_with_cache(tokens, positions)
    pattern, value, z = (cache[f"blocks.0.attn.hook_{part}"] for part in ("pattern", "v", "z"))
    found = {}
    for name in COLUMNS:
        changed = z.clone()
        for place in range(z.shape[1]):
            keys = _positions(columns_of(name, place, sums.task.digits), sums.task.digits)
            moved = torch.einsum("bhk,bkhd->bhd", pattern[:, :, place, keys], value[:, keys])
            changed[:, place] += moved.mean(0) - moved
        found[name] = model.run_with_hooks(tokens, {"blocks.0.attn.hook_z": ReplaceWith(changed)}, positions)
    return found


def _checked(model: Model) -> Model:
    if not is_one_layer(model, frozenset({"init_scale"})):
        raise UsageError(f"model: got {type(model).__name__}, expected a transformer of one layer with ReLU neurons")
    return model


def _positions(columns: list[int], digits: int) -> list[int]:
    """The positions of both digits of these columns."""
    return [start + column for start in (0, digits + 1) for column in columns]


def _tokens(sums: Sums) -> Int[Tensor, "batch pos"]:
    return torch.from_numpy(sums.task.batch(sums.x[:, 1:].numpy(), sums.y[:, 1:].numpy()).tokens)
