"""Carries: which columns does a model read when it adds five digits, and when does it learn longer carries?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from latebloom.claims import Record
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.quantity import Quantity
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.verdict import HALF
from latebloom.statistics import Estimate, median_estimate
from latebloom.studies.asked import asked
from latebloom.studies.carry_paths import (
    FIRST_AT_NINE,
    FIRST_ELSEWHERE,
    LOST,
    NOTHING,
    PASSING,
    SAMPLED,
    WITHOUT,
    WORDS,
    attention_to_columns,
    held,
    neurons_carry,
    neurons_half,
    reach_learned_at,
)
from latebloom.studies.digits import CARRY, LATER, SUM
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import UNSEEN_SEED, seeds
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

STEPS, EVERY = 4000, 100

_MEANS = "in the mean over places and the median over runs,"


def _mean(record: Record, one: Quantity) -> float | None:
    """The mean over places; None without any."""
    values = [value for value in record.value(one.name) or () if value is not None]
    return float(np.mean(values)) if values else None


def _median(one: Quantity, words: str, value: Callable[[Record, Quantity], float | None] = _mean) -> Statistic:
    @statistic("share", words, one, name=f"median_{one.name}")
    def median(records: Sequence[Record]) -> Estimate:
        return median_estimate([value(record, one) for record in records])

    return median


def _of_places(one: Quantity) -> Statistic:
    return _median(one, f"{one.formula.removeprefix('by place, ')}, {_MEANS}")


MEDIAN = {part: {name: _of_places(one) for name, one in by.items()} for part, by in LOST.items()}
MEDIAN_NEURONS, MEDIAN_HALF = _of_places(neurons_carry), _of_places(neurons_half)
FIRST = {
    one: _median(one, f"{one.formula}, in the median over runs,", lambda record, of: record.value(of.name))
    for one in (FIRST_AT_NINE, FIRST_ELSEWHERE)
}


def _lost_further(at_nine: bool) -> Statistic:
    """What the carries lose without the columns further to the right."""
    before, after = PASSING[NOTHING][at_nine], PASSING["further"][at_nine]

    @statistic(
        "share",
        f"how much larger {before.formula.removeprefix('by place, ')} is{held('further')}, {_MEANS}",
        before,
        after,
        name=f"lost_further_{'at_nine' if at_nine else 'elsewhere'}",
    )
    def lost(records: Sequence[Record]) -> Estimate:
        pairs = [(_mean(record, before), _mean(record, after)) for record in records]
        return median_estimate([b - a for a, b in pairs if a is not None and b is not None])

    return lost


LOST_FURTHER = {nine: _lost_further(nine) for nine in (True, False)}


@statistic(
    "times",
    "the step at which carries that pass through a nine are learned, over that for carries that the next column "
    "decides (what is never learned counts as learned at the last step, which can only make this smaller), in the "
    "median over runs,",
    reach_learned_at,
)
def passing_after_next(records: Sequence[Record]) -> Estimate:
    return median_estimate([_ratio(record) for record in records])


def _ratio(record: Record) -> float | None:
    steps = record.value(reach_learned_at.name)
    if steps is None:
        return None
    near, far = ((record.step or 0) if step is None else step for step in steps)
    return float(far / near)


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    rows = [
        (
            WORDS.get(name, NOTHING),
            *(shown(MEDIAN[part][name].compute(records)) for part in (SUM, CARRY)),
            shown(median_estimate([run.value(attention_to_columns.name)[i - 1] for run in records])) if i else "–",
        )
        for i, name in enumerate(WITHOUT)
    ]
    passing = [
        (
            WORDS.get(name, NOTHING),
            *(shown(median_estimate([_mean(run, one) for run in records])) for one in by.values()),
        )
        for name, by in PASSING.items()
    ]
    learned = []
    for i, words in enumerate(("the next column decides", "pass through a nine")):
        steps = [run.value(reach_learned_at.name)[i] for run in records]
        reached = median_estimate([float("inf") if step is None else step for step in steps])
        learned.append((words, f"{sum(step is not None for step in steps)} of {len(steps)}", shown(reached, "{:.0f}")))
    return (
        Table(
            "The loss over that of guessing, in the mean over places and the median over runs",
            ("taken away", "on the sum mod 10", "on the carry", "attention to it"),
            rows,
        ),
        Table(
            "The loss on the carry over that of guessing, by the column to the right",
            ("taken away", "it adds up to nine", "it does not"),
            passing,
        ),
        Table("When carries are learned", ("carries that", "learned in", "at step"), learned),
    )


_claim = partial(asked, "carries", place='W, "Future Directions": interpreting the other tasks with phase changes')


def _runs(count: int) -> tuple[Spec, ...]:
    settings = ("--training.steps", str(STEPS), "--recording.checkpoints", str(EVERY))
    return (Spec(recipe="addition_5", seeds=seeds(count, UNSEEN_SEED), settings=settings),)


STUDIES.register(
    Study(
        name="carries",
        title="Where carries come from",
        question="What circuit adds five-digit numbers, carries included?",
        place='W, "Future Directions": interpreting the other tasks with phase changes',
        hypothesis="Attention brings the carry from the column on the right: without what it moves from there, more "
        "than half of the loss of guessing comes back on the carry, and less than half of it on the sum.",
        otherwise="Attention does not bring the carry alone, or not from the column on the right alone: without what "
        "it moves from there half or less of the loss of guessing comes back on the carry, or half or more of it on "
        "the sum, or half or more on the carry without the column on the left.",
        design=f"x + y with five digits on an endless stream, {STEPS} steps. The loss of a digit is split exactly into "
        "what is lost on the sum mod 10 of its own column and what is lost on the carry into it. For each digit of the "
        "answer, what the heads move from some column of the operands (attention times value) is held at its mean over "
        f"{SAMPLED} sums. The neurons at that digit are compared with functions of its own two digits and of the "
        "column on the right.",
        control="Another column in place of the one in question: that on the left, which with the digit of the answer "
        "above it tells the carry only where a digit's own column adds up to nine, in one sum of ten. And each part of "
        "the loss beside the other. For carries that pass through a nine, those that do not. "
        "For the carry in the neurons, another bit of the same column: whether its upper digit is 5 or more.",
        power="The quick budget has 5 runs, the full one 20. The interval of a median of five runs is their range, so "
        "that five runs on one side decide; that of 20 lies about between the sixth and the fifteenth.",
        changes="Attention that is held at its mean as well, since what decides where to attend is left in place here; "
        "few examples instead of a stream; more layers, in which a carry can be handed on from digit to digit.",
        runs={"quick": _runs(5), "full": _runs(20)},
        claims=(
            _claim(
                "carry-from-the-right",
                "Without the column on the right the carry is lost and the sum is kept.",
                AllOf(
                    Above(MEDIAN[CARRY]["right"], HALF, "half of guessing"),
                    Below(MEDIAN[SUM]["right"], HALF, "half of guessing"),
                    Below(MEDIAN[CARRY]["left"], HALF, "the control"),
                ),
                f"the loss on the carry is {found(MEDIAN[CARRY]['right'])} of that of guessing, that on the sum "
                f"{found(MEDIAN[SUM]['right'])}; without the column on the left that on the carry is "
                f"{found(MEDIAN[CARRY]['left'])}",
            ),
            _claim(
                "sum-from-its-own-column",
                "Without its own column the sum of a digit is lost.",
                AllOf(
                    Above(MEDIAN[SUM]["own"], HALF, "half of guessing"),
                    Below(MEDIAN[SUM]["left"], HALF, "the control"),
                ),
                f"the loss on the sum is {found(MEDIAN[SUM]['own'])} of that of guessing; without the column on the "
                f"left it is {found(MEDIAN[SUM]['left'])}",
            ),
            _claim(
                "carry-through-a-nine",
                "The columns further to the right matter where the next one adds up to nine, and nowhere else.",
                AllOf(
                    Above(LOST_FURTHER[True], HALF, "half of guessing"),
                    Below(LOST_FURTHER[False], HALF, "half of guessing"),
                ),
                f"without them the loss on the carry grows by {found(LOST_FURTHER[True])} of that of guessing where it "
                f"does, and by {found(LOST_FURTHER[False])} where it does not",
            ),
            _claim(
                "carry-through-a-nine-later",
                "Carries that pass through a nine are learned later than those that the next column decides.",
                Above(passing_after_next, LATER, "arbitrary"),
                f"they take {found(passing_after_next, '.1f')} times as many steps",
            ),
            _claim(
                "carry-in-the-neurons",
                "Of what the column on the right adds to the neurons, most is the carry.",
                AllOf(Above(MEDIAN_NEURONS, HALF, "most of it"), Below(MEDIAN_HALF, HALF, "the control")),
                f"the carry makes {found(MEDIAN_NEURONS)} of it; whether the upper digit is 5 or more makes "
                f"{found(MEDIAN_HALF)}",
            ),
            _claim(
                "carry-read-off-the-answer",
                "Where its own column adds up to nine, the second digit reads the carry off the first digit of the "
                "answer, and needs no column on the right.",
                AllOf(
                    Below(FIRST[FIRST_AT_NINE], HALF, "half of guessing"),
                    Above(FIRST[FIRST_ELSEWHERE], HALF, "the control"),
                ),
                f"without that column the loss on the carry is {found(FIRST[FIRST_AT_NINE])} of that of guessing, and "
                f"{found(FIRST[FIRST_ELSEWHERE])} where its own column does not add up to nine",
            ),
        ),
        shown=(*LOST[SUM].values(), *LOST[CARRY].values(), attention_to_columns),
        tables=_tables,
        caveats="Two pilot runs with other seeds had been seen when the rules were written. Losses above that of "
        "guessing are those of a model that is sure of a wrong answer. The earlier digits of the answer are in the "
        "input, as in the published model; where a column adds up to nine, they tell the carry into it. The means are "
        "over the places that have such a column: four for the own and the right one, three for the others. Where "
        "there are more columns to the right, the carry depends on them, too, so that neurons that know the carry and "
        "nothing else would have about 114 % of what the next column adds; whether its upper digit is 5 or more, 28 %.",
    )
)
