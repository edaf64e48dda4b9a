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
    attention_share,
    carry_logit,
    each_digit,
    fitted,
    line,
    orders,
    rise_at_the_step,
    share_of,
    split_loss,
    strongest_waves,
    waves,
)
from latebloom.circuits.digits.carry import AFTER, BEFORE, from_the_middle
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

_SAME = torch.arange(BASE)


def _features(known: Moved, column: str, kind: str, place: int, order: Tensor) -> Float[Tensor, "batch feature"]:
    """Functions of the digits of a column, under other names, that what comes from there is fitted by."""
    x, y = (order[digits] for digits in known.digits(column, place))
    if kind == WAVES:
        return waves(x, y, strongest_waves(known.received_from(column, place), x, y))
    return (line if kind == LINE else each_digit)(x, y)


def _changed(
    known: Moved, column: str, features: Callable[[int], Float[Tensor, "batch feature"]], only: bool, place: int
) -> Tensor:
    """What the outputs of the heads gain at a place if the fit is all that comes from the column, or if it is held at
    its mean."""
    part = known.moved_from(column, place)
    if not 1 <= place < known.sums.task.digits:
        return torch.zeros_like(part)
    kept = fitted(part, features(place))
    return kept - part if only else kept.mean(0) - kept


def _lost(analysis: Analysis, of: str, column: str, kind: str, only: bool, order: Tensor) -> float:
    """A part of the loss over that of guessing, in the mean over places."""
    known = moved(analysis)
    features = partial(_features, known, column, kind, order=order)
    logits = known.logits(partial(_changed, known, column, features, only))
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
CARRY_WITH_WAVES = _loss_quantity(CARRY, RIGHT, WAVES, True, False)
CARRY_WITHOUT = {renamed: _loss_quantity(CARRY, RIGHT, LINE, False, renamed) for renamed in (False, True)}
SUM_WITH_ONLY_WAVES = {renamed: _loss_quantity(SUM, OWN, WAVES, True, renamed) for renamed in (False, True)}
SUM_WITH_ONLY_LINE = _loss_quantity(SUM, OWN, LINE, True, False)


def _share_quantity(column: str, kind: str, renamed: bool = False) -> Quantity:
    @quantity(
        "share",
        f"of the variance of what attention moves to the neurons from {WORDS[column]}, the share of {FIT[kind]}"
        f"{RENAMED if renamed else ''}, in the mean over places",
        name=f"{'relabelled_' if renamed else ''}{kind}_share_of_{column}",
    )
    def share(analysis: Analysis) -> float:
        known = moved(analysis)
        return fmean(
            share_of(known.received_from(column, place), _features(known, column, kind, place, order))
            for order in (orders(RELABELLINGS) if renamed else [_SAME])
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
        values, digits = known.received_from(OWN, place), known.digits(OWN, place)
        shares.append([share_of(values, waves(*digits, (k,))) for k in frequencies(BASE)])
    return list(map(fmean, zip(*shares)))


RELABELLED_WAVES = {column: _share_quantity(column, WAVES, renamed=True) for column in (OWN, RIGHT)}
SHARE = {column: {kind: _share_quantity(column, kind) for kind in (LINE, WAVES)} for column in (OWN, RIGHT)}


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
            rise_at_the_step(values(known, place), *known.digits(RIGHT, place))
            for place in range(1, adder(analysis).digits)
        )

    return rise


step_of_logits = _rise_quantity(
    "the logit of the digit with a carry less that of the digit without one", "step_of_logits", carry_logit
)
step_of_attention = _rise_quantity(
    "what attention moves to the neurons from that column",
    "step_of_attention",
    lambda known, place: known.received_from(RIGHT, place),
)
step_of_each_digit = _rise_quantity(
    "the best function of each digit for what attention moves to the neurons from that column",
    "step_of_each_digit",
    lambda known, place: fitted(known.received_from(RIGHT, place), each_digit(*known.digits(RIGHT, place))),
)


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


attention_to_further = _attention_quantity("digit further from 4.5", "attention_to_further_digit", from_the_middle)
attention_to_larger = _attention_quantity("larger digit", "attention_to_larger_digit", lambda digit: digit)
