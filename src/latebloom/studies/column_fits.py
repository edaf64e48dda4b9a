"""What a model that adds digits still knows if attention brings a line, or waves, from a column and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import fmean

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.analysis import Analysis
from latebloom.circuits.digits import (
    Moved,
    each_digit,
    fitted,
    line,
    orders,
    share_fitted,
    split_loss,
    strongest_waves,
    waves,
)
from latebloom.circuits.digits.fits import Digits
from latebloom.circuits.digits.settings import FEW
from latebloom.claims import quantity
from latebloom.claims.quantity import Quantity
from latebloom.fourier import frequencies
from latebloom.studies.carry_paths import LOSS, WORDS, adder, carried, loss_shares, moved
from latebloom.studies.digits import CARRY, SUM
from latebloom.tasks.digit_addition import BASE

RELABELLINGS = 4
"""Random relabellings of the digits, over which the control is averaged."""

LINE, WAVES, EACH = "line", "waves", "each_digit"

OWN, RIGHT = "own", "right"

FIT = {
    LINE: "the best straight line in the sum of its digits",
    WAVES: f"the best waves of {FEW} frequencies in its digits",
    EACH: "the best function of each of its digits",
}
RENAMED = " (relabelled at random)"

BEFORE, AFTER = BASE - 2, BASE + 1
"""Sums of a column that enclose the step of its carry, between 9 and 10; 9 passes on the carry from further right."""

STRAIGHT = (AFTER - BEFORE) / (2 * (BASE - 1))
"""How much of a straight line lies between them."""

_SAME = torch.arange(BASE)


def _digits(known: Moved, column: str, place: int) -> tuple[Digits, Digits]:
    at = place + (column == RIGHT)
    return known.sums.x[:, at], known.sums.y[:, at]


def _to_neurons(known: Moved, part: Tensor) -> Float[Tensor, "batch d_mlp"]:
    return torch.einsum("bhd,hdn->bn", part, known.to_neurons)


def _fit(known: Moved, column: str, kind: str, place: int, order: Tensor) -> Tensor:
    """The fit of what the heads move to a place from a column, in functions of its digits under other names."""
    part = known.moved_from(column, place)
    x, y = (order[digits] for digits in _digits(known, column, place))
    if kind == WAVES:
        return fitted(part, waves(x, y, strongest_waves(_to_neurons(known, part), x, y)))
    return fitted(part, (line if kind == LINE else each_digit)(x, y))


def _changed(known: Moved, column: str, fit: Callable[[int], Tensor], only: bool, place: int) -> Tensor:
    """What the outputs of the heads gain at a place if the fit is all that comes from the column, or if it is held at
    its mean."""
    part = known.moved_from(column, place)
    if not 1 <= place < known.sums.task.digits:
        return torch.zeros_like(part)
    kept = fit(place)
    return kept - part if only else kept.mean(0) - kept


def _lost(analysis: Analysis, of: str, column: str, kind: str, only: bool, order: Tensor) -> float:
    """A part of the loss over that of guessing, in the mean over places."""
    known = moved(analysis)
    logits = known.logits(partial(_changed, known, column, partial(_fit, known, column, kind, order=order), only))
    loss = split_loss(logits, known.sums.answer, known.sums.carry)
    return float(loss_shares(of, loss)[carried(adder(analysis))].mean())


def _loss_quantity(of: str, column: str, kind: str, only: bool, renamed: bool) -> Quantity:
    @quantity(
        "share",
        f"{LOSS[of]}, with what attention moves from {WORDS[column]} held at "
        f"{'' if only else 'what is left without '}{FIT[kind]}{RENAMED if renamed else ''}, in the mean over places",
        name=f"{of}_{'with_only' if only else 'without'}_{'relabelled_' if renamed else ''}{kind}",
    )
    def lost(analysis: Analysis) -> float:
        names = orders(RELABELLINGS) if renamed else [_SAME]
        return fmean(_lost(analysis, of, column, kind, only, order) for order in names)

    return lost


CARRY_WITH_ONLY = {renamed: _loss_quantity(CARRY, RIGHT, LINE, True, renamed) for renamed in (False, True)}
CARRY_WITH_EACH_DIGIT = _loss_quantity(CARRY, RIGHT, EACH, True, False)
CARRY_WITHOUT = {renamed: _loss_quantity(CARRY, RIGHT, LINE, False, renamed) for renamed in (False, True)}
SUM_WITH_ONLY_WAVES = {renamed: _loss_quantity(SUM, OWN, WAVES, True, renamed) for renamed in (False, True)}
SUM_WITH_ONLY_LINE = _loss_quantity(SUM, OWN, LINE, True, False)


def _share_quantity(column: str, kind: str) -> Quantity:
    @quantity(
        "share",
        f"of the variance of what attention moves to the neurons from {WORDS[column]}, the share of {FIT[kind]}, in "
        "the mean over places",
        name=f"{kind}_share_of_{column}",
    )
    def share(analysis: Analysis) -> float:
        known = moved(analysis)
        return fmean(
            share_fitted(
                _to_neurons(known, known.moved_from(column, place)),
                _to_neurons(known, _fit(known, column, kind, place, _SAME)),
            )
            for place in range(1, adder(analysis).digits)
        )

    return share


@quantity(
    "share",
    f"for each frequency, of the variance of what attention moves to the neurons from {WORDS[OWN]}, the share of waves "
    "in its digits, in the mean over places",
)
def waves_of_own_column(analysis: Analysis) -> list[float | None]:
    known, shares = moved(analysis), list[list[float]]()
    for place in range(1, adder(analysis).digits):
        values, digits = _to_neurons(known, known.moved_from(OWN, place)), _digits(known, OWN, place)
        shares.append([share_fitted(values, fitted(values, waves(*digits, (k,)))) for k in frequencies(BASE)])
    return list(map(fmean, zip(*shares)))


SHARE = {column: {kind: _share_quantity(column, kind) for kind in (LINE, WAVES)} for column in (OWN, RIGHT)}


def rise_at_the_step(values: Float[Tensor, "batch column"], x: Digits, y: Digits) -> float:
    """How much of the change of the columns' means from the smallest sum of a column to the largest, along that change,
    lies between `BEFORE` and `AFTER`: `STRAIGHT` for a straight line, 1 for a step."""
    at = [values[x + y == one].mean(0) for one in (0, BEFORE, AFTER, 2 * (BASE - 1))]
    whole = at[3] - at[0]
    return float((at[2] - at[1]) @ whole / (whole @ whole))


def _rise_quantity(words: str, name: str, values: Callable[[Moved, int], Float[Tensor, "batch column"]]) -> Quantity:
    @quantity(
        "share",
        f"of the change of {words} from the smallest sum of the column on the right to the largest, the share between "
        f"{BEFORE} and {AFTER}, in the mean over places",
        name=name,
    )
    def rise(analysis: Analysis) -> float:
        known = moved(analysis)
        return fmean(
            rise_at_the_step(values(known, place), *_digits(known, RIGHT, place))
            for place in range(1, adder(analysis).digits)
        )

    return rise


def _logit_of_carry(known: Moved, place: int) -> Float[Tensor, "batch 1"]:
    """The logit of the digit with a carry less that of the digit without one."""
    sums = known.sums
    without = (sums.x[:, place] + sums.y[:, place]) % BASE
    with_one, none = (sums.logits[:, place].gather(1, one[:, None]) for one in ((without + 1) % BASE, without))
    return with_one - none


step_of_logits = _rise_quantity(
    "the logit of the digit with a carry less that of the digit without one", "step_of_logits", _logit_of_carry
)
step_of_attention = _rise_quantity(
    "what attention moves to the neurons from that column",
    "step_of_attention",
    lambda known, place: _to_neurons(known, known.moved_from(RIGHT, place)),
)
step_of_each_digit = _rise_quantity(
    "the best function of each digit for what attention moves to the neurons from that column",
    "step_of_each_digit",
    lambda known, place: _to_neurons(known, _fit(known, RIGHT, EACH, place, _SAME)),
)


def attention_share(known: Moved, place: int, rank: Callable[[Digits], Tensor]) -> float:
    """Of what the head that looks most at the column on the right pays to its two digits, the share that goes to the
    digit of higher rank; of sums in which the ranks differ."""
    pair = known.pattern[:, :, place, known.positions(RIGHT, place)]
    pair = pair[:, int(pair.sum((0, 2)).argmax())]
    x, y = map(rank, _digits(known, RIGHT, place))
    higher = torch.stack([x > y, y > x], dim=1)
    return float(pair[higher].sum() / pair[x != y].sum())


def _attention_quantity(words: str, name: str, rank: Callable[[Digits], Tensor]) -> Quantity:
    @quantity(
        "share",
        "of what the head that looks most at the column on the right pays to its two digits, the share that goes to "
        f"the {words}, in the mean over places",
        name=name,
    )
    def share(analysis: Analysis) -> float:
        known = moved(analysis)
        return fmean(attention_share(known, place, rank) for place in range(1, adder(analysis).digits))

    return share


def _from_the_middle(digit: Digits) -> Tensor:
    return (2 * digit - (BASE - 1)).abs()


attention_to_further = _attention_quantity("digit further from 4.5", "attention_to_further_digit", _from_the_middle)
attention_to_larger = _attention_quantity("larger digit", "attention_to_larger_digit", lambda digit: digit)
