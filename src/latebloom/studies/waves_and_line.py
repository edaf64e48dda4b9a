"""Waves and a line: how neurons make the sum of a column, and the carry that comes from the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from statistics import fmean

from latebloom.circuits.digits.carry import AFTER, BEFORE, LARGEST_SUM, STRAIGHT
from latebloom.claims import Record
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.quantity import Quantity
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.verdict import HALF
from latebloom.fourier import frequencies
from latebloom.statistics import Estimate, median_estimate
from latebloom.studies.asked import NOTICEABLE, asked
from latebloom.studies.carry_paths import LOST, NOTHING, SAMPLED, WORDS
from latebloom.studies.column_fits import (
    CARRY_WITH_EACH_DIGIT,
    CARRY_WITH_ONLY,
    CARRY_WITH_WAVES,
    CARRY_WITHOUT,
    EACH,
    FIT,
    LINE,
    OWN,
    RELABELLED_WAVES,
    RELABELLINGS,
    RIGHT,
    SHARE,
    SUM_WITH_ONLY_LINE,
    SUM_WITH_ONLY_WAVES,
    WAVES,
    attention_to_further,
    attention_to_larger,
    step_of_attention,
    step_of_each_digit,
    step_of_logits,
    waves_of_own_column,
)
from latebloom.studies.digits import CARRY
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import UNSEEN_SEED, seeds
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec
from latebloom.tasks.digit_addition import BASE

STEPS = 2000

FIRST = UNSEEN_SEED + 100
"""The study of carries has seen the seeds before it."""

PLACE = 'W, "Future Directions": interpreting the other tasks with phase changes'


def _median(one: Quantity) -> Statistic:
    @statistic("share", f"{one.formula} and the median over runs,", one, name=f"median_{one.name}")
    def median(records: Sequence[Record]) -> Estimate:
        return median_estimate([record.value(one.name) for record in records])

    return median


def _medians(of: Mapping[bool, Quantity]) -> dict[bool, Statistic]:
    return {renamed: _median(one) for renamed, one in of.items()}


ONLY, WITHOUT, ONLY_WAVES = _medians(CARRY_WITH_ONLY), _medians(CARRY_WITHOUT), _medians(SUM_WITH_ONLY_WAVES)
ONLY_LINE = _median(SUM_WITH_ONLY_LINE)
SHARES = {column: {kind: _median(one) for kind, one in by.items()} for column, by in SHARE.items()}
ONLY_EACH, CARRY_ONLY_WAVES = _median(CARRY_WITH_EACH_DIGIT), _median(CARRY_WITH_WAVES)
RENAMED_WAVES = {column: _median(one) for column, one in RELABELLED_WAVES.items()}
TO_FURTHER, TO_LARGER = _median(attention_to_further), _median(attention_to_larger)
STEP_OF_LOGITS, STEP_OF_ATTENTION, STEP_OF_EACH = map(_median, (step_of_logits, step_of_attention, step_of_each_digit))


@statistic(
    "share",
    "how much more of the change of the logit of the carry lies there than of that of what attention moves to the "
    "neurons, in the median over runs,",
    step_of_logits,
    step_of_attention,
)
def step_of_neurons(records: Sequence[Record]) -> Estimate:
    pairs = [[record.value(one.name) for one in (step_of_logits, step_of_attention)] for record in records]
    return median_estimate([a - b for a, b in pairs if a is not None and b is not None])


def _unchanged(record: Record) -> float | None:
    """What the model loses on the carry as it is, in the mean over places."""
    values = record.value(LOST[CARRY][NOTHING].name)
    return None if values is None else fmean(values)


def _of_frequency(record: Record, k: int) -> float | None:
    shares = record.value(waves_of_own_column.name)
    return None if shares is None else float(shares[k - 1])


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    def of(one: Statistic) -> str:
        return shown(one.compute(records))

    lost = [
        ("the carry", f"nothing but {FIT[LINE]}", RIGHT, ONLY),
        ("the carry", f"nothing but {FIT[WAVES]}", RIGHT, {False: CARRY_ONLY_WAVES}),
        ("the carry", f"nothing but {FIT[EACH]}", RIGHT, {False: ONLY_EACH}),
        ("the carry", f"all but {FIT[LINE]}", RIGHT, WITHOUT),
        ("the sum mod 10", f"nothing but {FIT[WAVES]}", OWN, ONLY_WAVES),
        ("the sum mod 10", f"nothing but {FIT[LINE]}", OWN, {False: ONLY_LINE}),
    ]
    return (
        Table(
            "The loss over that of guessing, in the mean over places and the median over runs",
            ("of", "what attention brings", "from", "lost", "the same, the digits relabelled"),
            [
                ("the carry", "everything", "everywhere", shown(median_estimate(list(map(_unchanged, records)))), "–"),
                *(
                    (part, kept, WORDS[column], of(by[False]), of(by[True]) if True in by else "–")
                    for part, kept, column, by in lost
                ),
            ],
        ),
        Table(
            "Of the variance of what attention moves to the neurons",
            ("from", *(FIT[kind] for kind in (LINE, WAVES)), "such waves, the digits relabelled"),
            [
                (WORDS[column], *(of(one) for one in by.values()), of(RENAMED_WAVES[column]))
                for column, by in SHARES.items()
            ],
        ),
        Table(
            f"Of the variance of what attention moves to the neurons from {WORDS[OWN]}, by frequency",
            ("waves of frequency", "share"),
            [
                (str(k), shown(median_estimate([_of_frequency(record, k) for record in records])))
                for k in frequencies(BASE)
            ],
        ),
        Table(
            f"Of the change from a column that adds up to 0 to one that adds up to {LARGEST_SUM}, what lies between "
            f"{BEFORE} and {AFTER}",
            ("of", "share"),
            [
                ("a straight line", f"{STRAIGHT:.0%}"),
                ("the best function of each digit for what attention moves to the neurons", of(STEP_OF_EACH)),
                ("what attention moves to the neurons", of(STEP_OF_ATTENTION)),
                ("the logit of the carry", of(STEP_OF_LOGITS)),
            ],
        ),
    )


_claim = partial(asked, "waves-and-line", place=PLACE)


def _runs(count: int) -> tuple[Spec, ...]:
    settings = ("--training.steps", str(STEPS), "--recording.checkpoints", str(STEPS))
    return (Spec(recipe="addition_5", seeds=seeds(count, FIRST), settings=settings),)


STUDIES.register(
    Study(
        name="waves-and-line",
        title="Waves for the sum, a line for the carry",
        question="How do the neurons make the sum of a column, and the carry that comes from the next?",
        place=PLACE,
        hypothesis="The carry is made of a magnitude: with nothing but a straight line in the sum of the digits on the "
        "right, less than half of the loss of guessing comes back on the carry, and without that line more than half.",
        otherwise="The carry is not made of a magnitude alone: with nothing but a straight line in the sum of the "
        "digits on the right half or more of the loss of guessing comes back on the carry, or without that line half "
        "or less, or a line in relabelled digits does as much.",
        design=f"x + y with five digits on an endless stream, {STEPS} steps. What the heads move to a digit of the "
        "answer from one column of the operands (attention times value) is fitted by functions of the column's two "
        f"digits, over {SAMPLED} sums. The fit takes its place, or is held at its mean; the attention stays. The loss "
        "of a digit is split exactly into what is lost on the sum mod 10 of its own column and what is lost on the "
        "carry into it. How sharply the logit of the carry turns at ten is compared with what attention moves to the "
        "neurons, which is the sum of a function of each digit if attention does not depend on them.",
        control=f"The same functions of digits that are relabelled at random, in the mean over {RELABELLINGS} "
        "relabellings: as many parameters, another order. The line for the sum, which is made of waves, and waves for "
        "the carry. For the step, the best function of each digit of the column; for the digit further from 4.5, the "
        "larger digit.",
        power="The quick budget has 5 runs, the full one 20. The interval of a median of five runs is their range, so "
        "that five runs on one side decide; that of 20 lies about between the sixth and the fifteenth.",
        changes="Attention that is held at its mean as well; few examples instead of a stream; more layers; another "
        "base, whose waves have other frequencies.",
        caveats="What the neurons make of the waves is open: by the claim digits-neurons-waves they are no functions "
        "of the sum of a column. Five pilot runs with other seeds had been seen when the rules were written. The line "
        "alone is enough to know most carries, and not all that attention brings: with it alone about twice as much is "
        "lost as by the model as it is. A relabelled line takes away little of what is there, and waves of two "
        "frequencies can follow a line in part, so that the losses and the size of the shares tell more than the edge "
        "of one half. Losses above that of guessing are those of a model that is sure of a wrong answer. The means are "
        "over the four places that have a column above them and one on their right.",
        runs={"quick": _runs(5), "full": _runs(20)},
        claims=(
            _claim(
                "carry-is-a-line",
                "The carry hangs on a straight line in the sum of the digits on the right, and on little else.",
                AllOf(
                    Below(ONLY[False], HALF, "half of guessing"),
                    Above(ONLY[True], HALF, "the control"),
                    Above(WITHOUT[False], HALF, "half of guessing"),
                    Below(WITHOUT[True], HALF, "the control"),
                ),
                f"with nothing but the line {found(ONLY[False])} of the loss of guessing comes back on the carry, "
                f"without it {found(WITHOUT[False])}; with a line in relabelled digits alone {found(ONLY[True])}, "
                f"without that one {found(WITHOUT[True])}",
            ),
            _claim(
                "sum-is-waves",
                "The sum mod 10 of a column is made of waves of two frequencies in its digits, and a line does not do.",
                AllOf(
                    Below(ONLY_WAVES[False], HALF, "half of guessing"),
                    Above(ONLY_WAVES[True], HALF, "the control"),
                    Above(ONLY_LINE, HALF, "the control"),
                ),
                f"with nothing but the waves {found(ONLY_WAVES[False])} of the loss of guessing comes back on the sum, "
                f"with waves in relabelled digits {found(ONLY_WAVES[True])}, with a line {found(ONLY_LINE)}",
            ),
            _claim(
                "line-from-the-right-alone",
                "Attention brings a line from the column on the right, and waves from a digit's own column.",
                AllOf(
                    Above(SHARES[RIGHT][LINE], HALF, "most of it"),
                    Above(SHARES[OWN][WAVES], HALF, "most of it"),
                    Below(SHARES[OWN][LINE], HALF, "the control"),
                ),
                f"the line makes {found(SHARES[RIGHT][LINE])} of the variance of what comes from the right and "
                f"{found(SHARES[OWN][LINE])} of what comes from its own column, of which two frequencies make "
                f"{found(SHARES[OWN][WAVES])}",
            ),
            _claim(
                "attention-to-the-further-digit",
                "Of the two digits on the right, attention goes to the one further from 4.5, whose side of 4.5 tells "
                "the carry.",
                AllOf(
                    Above(TO_FURTHER, HALF + NOTICEABLE, "noticeably more than half"),
                    Below(TO_LARGER, HALF + NOTICEABLE, "the control"),
                ),
                f"it gets {found(TO_FURTHER)} of the attention, the larger one {found(TO_LARGER)}",
            ),
            _claim(
                "attention-begins-the-step",
                "So attention bends the line before any neuron does.",
                AllOf(
                    Above(STEP_OF_ATTENTION, 1.5 * STRAIGHT, "half more than a straight line"),
                    Below(STEP_OF_EACH, 1.5 * STRAIGHT, "the control"),
                ),
                f"{found(STEP_OF_ATTENTION)} of the change of what attention moves to the neurons lies between "
                f"{BEFORE} and {AFTER}, where a straight line has {STRAIGHT:.0%} and the best function of each digit "
                f"{found(STEP_OF_EACH)}",
            ),
            _claim(
                "neurons-finish-the-step",
                "The neurons make a step of it.",
                AllOf(
                    Above(STEP_OF_LOGITS, HALF, "most of it"),
                    Above(step_of_neurons, NOTICEABLE, "noticeably more than before them"),
                ),
                f"{found(STEP_OF_LOGITS)} of the change of the logit of the carry lies between {BEFORE} and {AFTER}, "
                f"{found(step_of_neurons)} more than of what attention moves to the neurons",
            ),
        ),
        shown=(
            *(SHARE[RIGHT][WAVES], *RELABELLED_WAVES.values(), waves_of_own_column),
            *(CARRY_WITH_EACH_DIGIT, CARRY_WITH_WAVES, LOST[CARRY][NOTHING]),
        ),
        tables=_tables,
        figure="digit-carry",
    )
)
