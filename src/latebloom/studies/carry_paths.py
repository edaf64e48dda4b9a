"""What a model that adds digits loses on each digit and its carry without a column of the operands, at the end."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from latebloom.analysis import Analysis
from latebloom.circuits.digits import (
    COLUMNS,
    Moved,
    SplitLoss,
    Sums,
    attention_to,
    logits_without,
    run_sums,
    share_explained,
    split_loss,
)
from latebloom.claims import quantity
from latebloom.claims.quantity import Quantity, Undefined, once
from latebloom.statistics import first_below
from latebloom.studies.digits import CARRY, GUESSING, LEARNED, SUM
from latebloom.tasks import DigitAddition
from latebloom.tasks.digit_addition import BASE

SAMPLED = 4096
"""Sums on which a model is looked at: one column in ten adds up to nine."""

NOTHING = "nothing"
WITHOUT = (NOTHING, *COLUMNS)

Mask = Bool[Tensor, "batch place"]


def adder(analysis: Analysis) -> DigitAddition:
    """The task of the run. Errors: Undefined for another one."""
    if not isinstance(analysis.task, DigitAddition):
        raise Undefined("the run does not add digits")
    return analysis.task


@once
def moved(analysis: Analysis) -> Moved:
    """What the heads of the final model move, on sampled sums, in float64."""
    model = analysis.final.exact.model
    return Moved.of(model, run_sums(model, adder(analysis), SAMPLED))


def _sums(analysis: Analysis) -> Sums:
    return moved(analysis).sums


@once
def _split(analysis: Analysis) -> dict[str, SplitLoss]:
    """Its loss without what attention moves from some columns."""
    sums = _sums(analysis)
    logits = {NOTHING: sums.logits, **logits_without(moved(analysis))}
    return {name: split_loss(one, sums.answer, sums.carry) for name, one in logits.items()}


def _nine(sums: Sums) -> Mask:
    """Whether the column to the right of each digit of the answer adds up to nine, and so passes a carry on."""
    return sums.reach > 1


def _own_nine(sums: Sums) -> Mask:
    """Whether its own column does."""
    return sums.x + sums.y == BASE - 1


def loss_shares(part: str, loss: SplitLoss, kept: Mask | None = None) -> Float[np.ndarray, " place"]:
    """A part of the loss over that of guessing it, by place, in the mean over the sums that are kept."""
    values = loss.on_sum if part == SUM else loss.on_carry
    kept = torch.ones_like(values, dtype=torch.bool) if kept is None else kept
    return ((values * kept).sum(0) / kept.sum(0) / GUESSING[part]).numpy()


def carried(task: DigitAddition) -> slice:
    """The places with a column above them and one to their right."""
    return slice(1, task.digits)


def _passed(task: DigitAddition) -> slice:
    """Those with two columns to their right, so that a carry may pass through the nearer one."""
    return slice(1, task.digits - 1)


LOSS = {
    SUM: "the loss on the sum mod 10 of a digit's own column, over that of guessing",
    CARRY: "the loss on the carry into a digit, over that of guessing",
}
WORDS = {
    "own": "the column above it",
    "right": "the column on its right",
    "left": "the column on its left",
    "further": "the columns further to the right",
}


def _where(column: str, at_nine: bool) -> str:
    return f", in sums in which {column} adds up to {'nine' if at_nine else 'something other than nine'}"


def held(name: str) -> str:
    """What is taken away, in the words of a formula."""
    return "" if name == NOTHING else f", with what attention moves from {WORDS[name]} held at its mean"


def _has(name: str, task: DigitAddition) -> slice:
    """The places of `carried` that have such columns."""
    return {"left": slice(2, task.digits), "further": _passed(task)}.get(name, carried(task))


def _loss_quantity(part: str, name: str) -> Quantity:
    @quantity("share", f"by place, {LOSS[part]}{held(name)}", name=f"{part}_without_{name}")
    def lost(analysis: Analysis) -> list[float | None]:
        return loss_shares(part, _split(analysis)[name])[_has(name, adder(analysis))].tolist()

    return lost


LOST = {part: {name: _loss_quantity(part, name) for name in WITHOUT} for part in (SUM, CARRY)}


def _passing_quantity(name: str, at_nine: bool) -> Quantity:
    @quantity(
        "share",
        f"by place, {LOSS[CARRY]}{_where(WORDS['right'], at_nine)}{held(name)}",
        name=f"carry_{'at_nine' if at_nine else 'elsewhere'}_without_{name}",
    )
    def lost(analysis: Analysis) -> list[float | None]:
        nine = _nine(_sums(analysis))
        return loss_shares(CARRY, _split(analysis)[name], nine if at_nine else ~nine)[_passed(adder(analysis))].tolist()

    return lost


PASSING = {name: {nine: _passing_quantity(name, nine) for nine in (True, False)} for name in (NOTHING, "further")}


def _first_quantity(at_nine: bool) -> Quantity:
    @quantity(
        "share",
        f"{LOSS[CARRY].replace('a digit', 'the second digit of the answer')}{_where('its own column', at_nine)}"
        f"{held('right')}",
        name=f"first_carry_{'at_nine' if at_nine else 'elsewhere'}",
    )
    def lost(analysis: Analysis) -> float:
        nine = _own_nine(_sums(analysis))
        return float(loss_shares(CARRY, _split(analysis)["right"], nine if at_nine else ~nine)[1])

    return lost


FIRST_AT_NINE, FIRST_ELSEWHERE = _first_quantity(True), _first_quantity(False)


def carry_share(sums: Sums, place: int, of: Bool[Tensor, " batch"] | None = None) -> float | None:
    """Of the neurons' variance that the sum of the column to the right adds to what the digit's own two digits explain,
    the share that a bit adds. of: the bit; the carry unless given. None where that column adds nothing.

    It can be over 1: the carry also depends on columns further to the right. Neurons that are the carry have 1.15.
    """
    neurons, pair = sums.neurons[:, place].double(), sums.x[:, place] * BASE + sums.y[:, place]
    bit = sums.carry[:, place] if of is None else of.long()
    column = sums.x[:, place + 1] + sums.y[:, place + 1]
    own, with_bit, whole = (
        share_explained(neurons, group) for group in (pair, 2 * pair + bit, 2 * BASE * pair + column)
    )
    if own is None or with_bit is None or whole is None or whole <= own:
        return None
    return (with_bit - own) / (whole - own)


_OF_NEURONS = (
    "of the variance of the neurons that the sum of the column on its right adds to what a digit's own two digits "
    "explain, the share that {} adds"
)
_BIT, _OTHER_BIT = "the carry", "whether the upper digit of that column is 5 or more"


@quantity("share", f"by place, {_OF_NEURONS.format(_BIT)}")
def neurons_carry(analysis: Analysis) -> list[float | None]:
    sums = _sums(analysis)
    return [carry_share(sums, place) for place in range(1, adder(analysis).digits)]


@quantity("share", f"by place, {_OF_NEURONS.format(_OTHER_BIT)}")
def neurons_half(analysis: Analysis) -> list[float | None]:
    sums = _sums(analysis)
    halves = sums.x >= BASE // 2
    return [carry_share(sums, place, halves[:, place + 1]) for place in range(1, adder(analysis).digits)]


@quantity(
    "share",
    "attention of the answer's digits to the column above, to that on its right, to that on its left, and to those "
    "further to the right, in the mean over heads",
)
def attention_to_columns(analysis: Analysis) -> list[float | None]:
    return list(attention_to(moved(analysis)).values())


@quantity(
    "steps",
    f"the first checkpoint at which the loss on the carries is less than {LEARNED:.0%} of that of guessing: on those "
    "that the column to the right decides, and on those that pass through it, since it adds up to nine",
)
def reach_learned_at(analysis: Analysis) -> list[float | None]:
    task, steps, losses = adder(analysis), np.array(analysis.run.checkpoints, dtype=float), []
    for step in analysis.run.checkpoints:
        sums = run_sums(analysis.run.checkpoint(step).model, task, SAMPLED)
        loss = split_loss(sums.logits, sums.answer, sums.carry).on_carry[:, _passed(task)]
        nine = _nine(sums)[:, _passed(task)]
        losses.append([float(loss[kept].mean()) for kept in (~nine, nine)])
    return [first_below(steps, column, LEARNED * GUESSING[CARRY]) for column in np.array(losses).T]
