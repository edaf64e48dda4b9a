"""Five-digit addition: does each digit learn its sum before its carry, and do the digits come one at a time?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import log
from typing import cast

import numpy as np
import torch
from jaxtyping import Float

from latebloom.analysis import Analysis
from latebloom.circuits.digits import split_loss
from latebloom.claims import Record, quantity
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.digits import changes_apart_share
from latebloom.claims.quantity import Quantity, Undefined, once
from latebloom.claims.region import Above, AtLeast
from latebloom.claims.verdict import HALF
from latebloom.statistics import Estimate, first_below, median_estimate
from latebloom.studies.asked import asked
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import FRESH_SEED, seeds
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec
from latebloom.tasks import DigitAddition
from latebloom.tasks.digit_addition import BASE, column_sum

STEPS = 1200
EVERY = 20

LEARNED = 0.5
"""The share of the loss of guessing at which a part counts as learned. Arbitrary; the same for every part."""

KNOWN = 0.1
"""The share of the loss of guessing under which the sum counts as known, so that it hides little of the carry. Of a
model that knows the carry and not the sum, the loss on the carry is at least that of guessing, by convexity, so that
steps at which both are learned are in that order however the model learns. Arbitrary."""

LATER = 1.1
"""A ratio of steps that says that a part comes later. Arbitrary: two checkpoints near step 400."""

_NEVER = "(what is never learned counts as learned at the last step, which can only make this smaller)"

SUM, CARRY = "sum", "carry"
WITHOUT, WITH = "no carry", "carry in"

GUESSING = {SUM: log(BASE / 2), CARRY: log(2), WITHOUT: log(BASE), WITH: log(BASE)}
"""The loss of guessing (nats) of each part of a digit's loss, and of each kind of example."""


def _carried(task: DigitAddition) -> range:
    """The digits with two digits above them and a digit to their right: those that a carry may enter."""
    return range(1, task.digits)


@once
def _losses(
    analysis: Analysis,
) -> tuple[Float[np.ndarray, " checkpoint"], dict[str, Float[np.ndarray, "checkpoint d"]]]:
    """Steps, and the mean loss (nats) of each digit that a carry may enter, by part and by kind of example.

    The loss of a digit is cut in what is lost on the sum mod 10 and what is lost on the carry, see `split_loss`.
    """
    task, test = cast(DigitAddition, analysis.task), analysis.sets.get("test")
    if test is None:
        raise Undefined("the run has no test set")
    carry = torch.from_numpy(column_sum(*task.operands(test.tokens.numpy())).carry)
    found: dict[str, list[Float[np.ndarray, " d"]]] = {name: [] for name in GUESSING}
    for step in analysis.run.checkpoints:
        with torch.no_grad():
            logits = analysis.run.checkpoint(step).model(test.tokens, task.loss_positions)
        split = split_loss(logits, test.labels, carry)
        whole = split.on_sum + split.on_carry
        parts = {SUM: (split.on_sum, None), CARRY: (split.on_carry, None), WITHOUT: (whole, 0), WITH: (whole, 1)}
        for name, (loss, kind) in parts.items():
            kept = torch.ones_like(carry, dtype=torch.bool) if kind is None else carry == kind
            found[name].append(((loss * kept).sum(0) / kept.sum(0)).numpy()[list(_carried(task))])
    return np.array(analysis.run.checkpoints, dtype=float), {name: np.array(rows) for name, rows in found.items()}


def _learned(name: str, words: str) -> Quantity:
    @quantity(
        "steps",
        f"for each digit that a carry may enter, the first checkpoint at which {words} is less than {LEARNED:.0%} of "
        "that of guessing",
        name=f"{name.replace(' ', '_')}_learned_at",
    )
    def learned(analysis: Analysis) -> list[float | None]:
        steps, losses = _losses(analysis)
        return [first_below(steps, column, LEARNED * GUESSING[name]) for column in losses[name].T]

    return learned


LEARNED_AT = {
    SUM: _learned(SUM, "the loss on its sum mod 10, whatever the carry,"),
    CARRY: _learned(CARRY, "the loss on which of the two carries there is"),
    WITHOUT: _learned(WITHOUT, "the loss on the sums without a carry into it"),
    WITH: _learned(WITH, "the loss on the sums with a carry into it"),
}


@quantity(
    "share",
    "for each digit that a carry may enter, what is left of the loss of guessing on the carry at the first checkpoint "
    f"at which the loss on the sum mod 10 is less than {KNOWN:.0%} of that of guessing",
)
def carry_left(analysis: Analysis) -> list[float | None]:
    steps, losses = _losses(analysis)
    return [left_when_known(steps, *columns) for columns in zip(losses[SUM].T, losses[CARRY].T)]


def left_when_known(
    steps: Float[np.ndarray, " checkpoint"],
    on_sum: Float[np.ndarray, " checkpoint"],
    on_carry: Float[np.ndarray, " checkpoint"],
) -> float | None:
    """What is left of guessing the carry, 0 to 1, once the sum is known; None where it never is. Losses in nats."""
    known = first_below(steps, on_sum, KNOWN * GUESSING[SUM])
    return None if known is None else float(on_carry[steps == known][0]) / GUESSING[CARRY]


def _mean_left(record: Record) -> float | None:
    """The mean over the digits whose sum is known at some time; None without any."""
    left = [one for one in record.value(carry_left.name) or () if one is not None]
    return float(np.mean(left)) if left else None


@statistic(
    "share",
    "what is left of the loss of guessing on the carry when the sum mod 10 is known (its loss first is less than "
    f"{KNOWN:.0%} of that of guessing), in the mean over the digits that a carry may enter and the median over runs,",
    carry_left,
)
def carry_left_of_runs(records: Sequence[Record]) -> Estimate:
    return median_estimate([_mean_left(record) for record in records])


def _later(late: str, early: str, words: str, name: str) -> Statistic:
    @statistic(
        "times",
        f"the step at which {words}, as the geometric mean over the digits that a carry may enter and the median over "
        f"runs {_NEVER},",
        LEARNED_AT[late],
        LEARNED_AT[early],
        name=name,
    )
    def later(records: Sequence[Record]) -> Estimate:
        return median_estimate([_ratio(record, late, early) for record in records])

    return later


def _ratio(record: Record, late: str, early: str) -> float | None:
    """The geometric mean over the digits at which the earlier part is learned; None without any."""
    pairs = zip(record.value(LEARNED_AT[late].name) or (), record.value(LEARNED_AT[early].name) or ())
    logs = [np.log((record.step if a is None else a) / b) for a, b in pairs if b]
    return float(np.exp(np.mean(logs))) if logs else None


with_after_without = _later(
    WITH, WITHOUT, "sums with a carry are learned, over that for sums without one", "with_carry_after_without"
)


@statistic("share", f"the median over runs of {changes_apart_share.formula}", changes_apart_share)
def median_apart(records: Sequence[Record]) -> Estimate:
    return median_estimate([record.value(changes_apart_share.name) for record in records])


def _at(record: Record, one: Quantity, place: int) -> float | None:
    """Of one digit; infinite where it is not learned by the last step."""
    values = record.value(one.name)
    return None if values is None else float("inf") if values[place] is None else float(values[place])


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    places = _carried(DigitAddition(digits=records[0].setting("task.digits")))
    rows = [
        (
            f"digit {place}",
            *(shown(median_estimate([_at(r, one, i) for r in records]), "{:.0f}") for one in LEARNED_AT.values()),
            shown(median_estimate([(r.value(carry_left.name) or {i: None})[i] for r in records])),
        )
        for i, place in enumerate(places)
    ]
    columns = (
        "digit of the answer",
        "its sum mod 10",
        "its carry",
        "sums without a carry into it",
        "sums with one",
        "carry left when the sum is known",
    )
    return (
        Table(
            f"The step at which {LEARNED:.0%} of the loss of guessing is left, in the median over runs", columns, rows
        ),
    )


_claim = partial(asked, "digits", place='W, "Speculation: Phase Changes are Everywhere", and "Future Directions"')


def _runs(count: int) -> tuple[Spec, ...]:
    settings = ("--training.steps", str(STEPS), "--recording.checkpoints", str(EVERY))
    return (Spec(recipe="addition_5", seeds=seeds(count, FRESH_SEED), settings=settings),)


STUDIES.register(
    Study(
        name="digits",
        title="Addition, digit by digit",
        question="Does the algorithm of five-digit addition form digit by digit, and do the carries come later?",
        place='W, "Future Directions": interpreting the other tasks with phase changes',
        hypothesis="At each digit the model learns the sum of the two digits before it learns the carry into it: once "
        "it knows the sum, it still has most of the carry to learn.",
        otherwise="No: once the model knows the sum of a digit, half or less of the carry into it is left to learn.",
        design=f"x + y with five digits on an endless stream, {STEPS} steps. The loss of a digit is split exactly into "
        "what is lost on the sum mod 10 and what is lost on the carry, at a checkpoint every "
        f"{EVERY} steps, and the sums without a carry into the digit are kept apart from those with one. What the "
        "neurons and the logits compute is judged by the claims digits-neurons-waves and digits-as-waves.",
        control="Once the sum is known, the loss on the carry may be anything from nothing to guessing: a model that "
        "learns a digit as a whole has little of it left by then. Each part is compared with its own loss of guessing, "
        "ln 5 for the sum and ln 2 for the carry, so that a part is not called early for being small. A carry enters "
        f"digit 4 in {(1 - 1 / BASE) / 2:.0%} of the sums, and the others in {(1 - 1 / BASE**2) / 2:.1%} to 50%, so "
        "that sums with and without one are nearly equally many, and a model that does not know the carries is about "
        "as often wrong on both.",
        power="The quick budget has 5 runs, the full one 20. The interval of a median of five runs is their range, so "
        "that five runs on one side decide; that of 20 lies about between the sixth and the fifteenth. The steps are "
        "known to within a checkpoint, some 5 %.",
        changes="A finer loss than half of guessing; few examples instead of a stream; more digits, with longer chains "
        "of carries.",
        runs={"quick": _runs(5), "full": _runs(20)},
        claims=(
            _claim(
                "carry-after-sum",
                "Once the sum of a digit is known, most of the carry into it is not.",
                Above(carry_left_of_runs, HALF, "most of it"),
                f"when the sum is known, {found(carry_left_of_runs)} of the loss of guessing on the carry is left",
            ),
            _claim(
                "carry-examples-later",
                "Sums with a carry into a digit are learned later than sums without one.",
                Above(with_after_without, LATER, "arbitrary"),
                f"sums with a carry are learned after {found(with_after_without, '.2f')} times as many steps as sums "
                "without one",
            ),
            _claim(
                "digits-one-at-a-time",
                "The digits form one at a time.",
                AtLeast(median_apart, 0.5, "most of them"),
                f"{found(median_apart)} of the neighbours in time have intervals that do not touch",
            ),
        ),
        shown=(LEARNED_AT[SUM], LEARNED_AT[CARRY]),
        tables=_tables,
    )
)
