"""From which column of the operands each digit of the answer is read: what attention moves from there, and the loss
without it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
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


@dataclass(frozen=True)
class Moved:
    """What the heads of a model move to the digits of the answer, on some sums: attention times value.

    pattern: attention at each digit of the answer. value: the values of the heads. z: their outputs, the sum of what
    they move from all positions. to_neurons: from the output of a head to what the neurons receive, W_O · W_in.
    """

    model: Model
    sums: Sums
    tokens: Int[Tensor, "batch pos"]
    pattern: Float[Tensor, "batch head place pos"]
    value: Float[Tensor, "batch pos head d_head"]
    z: Float[Tensor, "batch place head d_head"]
    to_neurons: Float[Tensor, "head d_head d_mlp"]

    @classmethod
    @torch.no_grad()
    def of(cls, model: Model, sums: Sums) -> "Moved":
        """Errors: UsageError for another model than a transformer of one layer with neurons."""
        if not is_one_layer(model, frozenset({"init_scale"})):
            raise UsageError(
                f"model: got {type(model).__name__}, expected a transformer of one layer with ReLU neurons"
            )
        tokens = torch.from_numpy(sums.task.batch(sums.x[:, 1:].numpy(), sums.y[:, 1:].numpy()).tokens)
        _, cache = model.run_with_cache(tokens, sums.task.loss_positions)
        pattern, value, z = (cache[f"blocks.0.attn.hook_{part}"] for part in ("pattern", "v", "z"))
        w_o, w_in = (model.get_parameter(f"blocks.0.{name}") for name in ("attn.W_O", "mlp.W_in"))
        return cls(model, sums, tokens, pattern, value, z, w_o @ w_in)

    def positions(self, name: str, place: int) -> list[int]:
        """The positions of both digits of those of `COLUMNS` that there are."""
        digits = self.sums.task.digits
        return [start + column for start in (0, digits + 1) for column in columns_of(name, place, digits)]

    def digits(self, name: str, place: int) -> tuple[Int[Tensor, " batch"], Int[Tensor, " batch"]]:
        """Both digits of the column "own" or "right" of a digit of the answer."""
        at = place + (name == "right")
        return self.sums.x[:, at], self.sums.y[:, at]

    def moved_from(self, name: str, place: int) -> Float[Tensor, "batch head d_head"]:
        """What the heads move to a digit of the answer from one of `COLUMNS`; 0 where there is none."""
        keys = self.positions(name, place)
        return torch.einsum("bhk,bkhd->bhd", self.pattern[:, :, place, keys], self.value[:, keys])

    def received(self, part: Float[Tensor, "batch head d_head"]) -> Float[Tensor, "batch d_mlp"]:
        """What the neurons receive of outputs of the heads."""
        return torch.einsum("bhd,hdn->bn", part, self.to_neurons)

    def received_from(self, name: str, place: int) -> Float[Tensor, "batch d_mlp"]:
        """What they receive at a digit of the answer from one of `COLUMNS`."""
        return self.received(self.moved_from(name, place))

    @torch.no_grad()
    def logits(self, change: Callable[[int], Float[Tensor, "batch head d_head"]]) -> Float[Tensor, "batch place 10"]:
        """The logits if ``change(place)`` is added to the outputs of the heads at each digit of the answer.

        The attention stays that of the model: what it reads off a column to decide where to attend is kept.
        """
        z = self.z + torch.stack([change(place) for place in range(self.z.shape[1])], dim=1)
        return self.model.run_with_hooks(
            self.tokens, {"blocks.0.attn.hook_z": ReplaceWith(z)}, self.sums.task.loss_positions
        )


def attention_to(moved: Moved) -> dict[str, float]:
    """The share of the attention of the answer's digits that goes to each of `COLUMNS`, in the mean over sums, heads
    and those places that have such columns and a carry into them."""
    pattern, found = moved.pattern.mean((0, 1)), {}
    for name in COLUMNS:
        keys = {place: moved.positions(name, place) for place in range(1, moved.sums.task.digits)}
        found[name] = float(torch.stack([pattern[place, key].sum() for place, key in keys.items() if key]).mean())
    return found


def logits_without(moved: Moved) -> dict[str, Float[Tensor, "batch place 10"]]:
    """For each of `COLUMNS`, the logits if a digit of the answer gets only the mean of what attention moves from there:
    attention times value is held at its mean over the sums."""

    def held(name: str, place: int) -> Tensor:
        part = moved.moved_from(name, place)
        return part.mean(0) - part

    return {name: moved.logits(partial(held, name)) for name in COLUMNS}
