"""What remembered pairs have to do with each other: the same fact twice, and pairs that share a number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from latebloom.analysis import Analysis
from latebloom.claims import Record, quantity
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.learning import final_test_accuracy, train_learned_at
from latebloom.claims.quantity import once
from latebloom.claims.region import Above, AllOf, Below, Between
from latebloom.claims.verdict import HALF
from latebloom.claims.views import modular_task
from latebloom.statistics import Estimate, median_estimate
from latebloom.studies.asked import asked
from latebloom.studies.equal_logits import MARGIN, weights_at_equal_logits
from latebloom.studies.interference import TAUGHT, Forgotten, forgotten
from latebloom.studies.steps import paired
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import UNSEEN_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

STEPS = 1500

FRACTION = "0.8"
"""The share of the pairs that are remembered."""

UNORDERED = "0.494"
"""The share of the pairs that are as many (261) as the unordered pairs among those of the other share, in the mean:
p (p - 1) / 2 · (1 - 0.2²) + 0.8 p, of p² pairs, with p = 23."""

NEAR = 0.1
"""A ratio that is this near to one counts as one. Arbitrary."""


@once
def _forgotten(analysis: Analysis) -> Forgotten:
    return forgotten(analysis.final.model, analysis.sets["train"], modular_task(analysis))


@quantity(
    "share",
    f"the share of the train pairs with a number of another pair that are forgotten when the model is taught another "
    f"answer to that pair, by a step down the gradient of its loss, in the mean over {TAUGHT} pairs,",
)
def forgotten_sharing(analysis: Analysis) -> float:
    return _forgotten(analysis).sharing


@quantity("share", "the same of the train pairs with other numbers")
def forgotten_others(analysis: Analysis) -> float:
    return _forgotten(analysis).others


@quantity(
    "share", "the share of the train pairs with a number of that pair that are forgotten after a random step as long"
)
def forgotten_sharing_at_random(analysis: Analysis) -> float:
    return _forgotten(analysis).sharing_at_random


@quantity("share", "the same of the train pairs with other numbers after that random step")
def forgotten_others_at_random(analysis: Analysis) -> float:
    return _forgotten(analysis).others_at_random


def _arm(records: Sequence[Record], symmetric: bool, fraction: str = FRACTION) -> list[Record]:
    """The runs that learn all of their train set."""
    return [
        record
        for record in records
        if bool(record.setting("task.symmetric")) == symmetric
        and record.setting("data.fraction") == float(fraction)
        and record.value(train_learned_at.name) is not None
    ]


def _by_seed(records: Sequence[Record]) -> dict[int, float]:
    costs = {record.setting("model.seed"): record.value(weights_at_equal_logits.name) for record in records}
    return {seed: cost for seed, cost in costs.items() if cost is not None}


def _cost_over(records: Sequence[Record], fraction: str) -> Estimate:
    """What a symmetric table costs over what another one does on that share of the pairs, over seeds that have both."""
    symmetric, plain = (_by_seed(_arm(records, *which)) for which in ((True,), (False, fraction)))
    return median_estimate([one / other for one, other in paired(symmetric, plain)])


_COST = (weights_at_equal_logits, train_learned_at)


@statistic(
    "times",
    f"the sum of squared weights at a margin of {MARGIN:g} nats of a memory of random answers that are the same for x, "
    "y and y, x, over that of other random answers to as many pairs with the same seed, in the median over seeds,",
    *_COST,
)
def symmetric_cost(records: Sequence[Record]) -> Estimate:
    return _cost_over(records, FRACTION)


@statistic(
    "times",
    "the same over that of other random answers to as many pairs as there are unordered ones",
    *_COST,
)
def symmetric_cost_by_answer(records: Sequence[Record]) -> Estimate:
    return _cost_over(records, UNORDERED)


def _accuracy(name: str, text: str, symmetric: bool) -> Statistic:
    @statistic("share", f"test accuracy on {text}, in the median over runs,", *_COST, final_test_accuracy, name=name)
    def accuracy(records: Sequence[Record]) -> Estimate:
        return median_estimate([run.value(final_test_accuracy.name) for run in _arm(records, symmetric)])

    return accuracy


symmetric_accuracy = _accuracy("symmetric_accuracy", "random answers that are the same for x, y and y, x", True)
plain_accuracy = _accuracy("plain_accuracy", "other random answers", False)


_FORGOTTEN = (forgotten_sharing, forgotten_others, forgotten_sharing_at_random, forgotten_others_at_random)


def _differences(records: Sequence[Record]) -> list[tuple[float, float]]:
    """How many more of the pairs that share a number are forgotten than of the others, and the same at random."""
    values = [[run.value(one.name) for one in _FORGOTTEN] for run in _arm(records, False)]
    return [(a - b, c - d) for a, b, c, d in (row for row in values if None not in row)]


@statistic(
    "share",
    "the share of the train pairs with a number of a pair that is taught another answer that are forgotten, less that "
    "of the pairs with other numbers, in the median over runs,",
    *_FORGOTTEN,
    train_learned_at,
)
def interference(records: Sequence[Record]) -> Estimate:
    return median_estimate([taught for taught, _ in _differences(records)])


@statistic(
    "share",
    "that difference, less the same difference after random steps as long, in the median over runs,",
    *_FORGOTTEN,
    train_learned_at,
)
def interference_beyond_random(records: Sequence[Record]) -> Estimate:
    return median_estimate([taught - control for taught, control in _differences(records)])


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    arms = (
        ("the same for x, y and y, x", FRACTION, _arm(records, True)),
        ("any", FRACTION, _arm(records, False)),
        ("any", UNORDERED, _arm(records, False, UNORDERED)),
    )

    def median(runs: Sequence[Record], name: str, form: str) -> str:
        return shown(median_estimate([run.value(name) for run in runs]), form)

    costs = [
        (
            *(text, f"{float(fraction):.0%}", str(len(runs))),
            median(runs, weights_at_equal_logits.name, "{:.0f}"),
            median(runs, final_test_accuracy.name, "{:.0%}"),
        )
        for text, fraction, runs in arms
    ]
    lost = [
        (f"{text}, {float(fraction):.0%}", *(median(runs, one.name, "{:.1%}") for one in _FORGOTTEN))
        for text, fraction, runs in arms
    ]
    return (
        Table(
            "What a memory costs",
            ("answers", "pairs", "runs", f"sum of squared weights at a margin of {MARGIN:g} nats", "test accuracy"),
            costs,
        ),
        Table(
            "Pairs that are forgotten when another one is taught a new answer",
            ("answers", "sharing a number", "others", "sharing, random step", "others, random step"),
            lost,
        ),
    )


_claim = partial(asked, "memory-pairs")


def _runs(count: int) -> tuple[Spec, ...]:
    random = ("--task.name", "random_table")
    return (
        small(count, STEPS, *random, "--task.symmetric", "true", first=UNSEEN_SEED, data__fraction=(FRACTION,)),
        small(count, STEPS, *random, first=UNSEEN_SEED, data__fraction=(FRACTION, UNORDERED)),
    )


STUDIES.register(
    Study(
        name="memory-pairs",
        title="What remembered pairs share",
        question="What does x + y = y + x save a memory, and do remembered pairs interfere with each other?",
        place='W, "Future Directions": the circuit of memorisation',
        hypothesis="Random answers that are the same for x, y and y, x are cheaper to remember than other random "
        "answers to as many pairs.",
        otherwise="No: random answers that are the same for x, y and y, x are no cheaper to remember than other random "
        "answers to as many pairs.",
        design=f"Random answers to {float(FRACTION):.0%} of the pairs mod 23, {STEPS} steps, once with the same answer "
        f"to x, y and y, x. The cost is the sum of squared weights at a margin of {MARGIN:g} nats. Then the model is "
        f"taught another answer to each of {TAUGHT} pairs, one at a time: by the shortest step down the gradient of "
        "the loss of that pair alone after which it gives the new answer. A pair that was right before and no longer "
        "is counts as forgotten.",
        control="Other random answers to as many pairs, and to as many pairs as there are unordered ones among these "
        f"({float(UNORDERED):.0%} of all). Random steps that are as long as those that teach.",
        power="The interval of a median of eight seeds begins between the least and the second least of them; with "
        "twenty it leaves out the five least and the five largest.",
        changes="Another margin, or another norm of the weights; fewer pairs, of which both orders are remembered less "
        "often; another step than one down the gradient.",
        runs={"quick": _runs(8), "full": _runs(20)},
        claims=(
            _claim(
                "memory-symmetric-cheaper",
                "Random answers that are the same for x, y and y, x are cheaper to remember than other random answers "
                "to as many pairs.",
                Below(symmetric_cost, 1.0, "as much"),
                f"their sum of squared weights is {found(symmetric_cost, '.2f')} times that of the others",
            ),
            _claim(
                "memory-symmetric-by-answer",
                "Random answers that are the same for x, y and y, x cost as much as other random answers to as many "
                "pairs as there are unordered ones.",
                Between(symmetric_cost_by_answer, 1 - NEAR, 1 + NEAR, "within a tenth; arbitrary"),
                f"their sum of squared weights is {found(symmetric_cost_by_answer, '.2f')} times that of the others",
            ),
            _claim(
                "memory-symmetric-unseen",
                "A memory of answers that are the same for x, y and y, x is right on most unseen pairs, too.",
                AllOf(Above(symmetric_accuracy, HALF), Below(plain_accuracy, HALF, "the control")),
                f"{found(symmetric_accuracy)} of the unseen pairs are right, and {found(plain_accuracy)} with other "
                "random answers",
            ),
            _claim(
                "memory-interference",
                "A model that is taught another answer to one pair forgets more of the pairs that share a number with "
                "it than of the others.",
                AllOf(Above(interference, 0.0, "no more"), Above(interference_beyond_random, 0.0, "the control")),
                f"{found(interference, '.1%')} more of them are forgotten; less the same after random steps as long, "
                f"{found(interference_beyond_random, '.1%')}",
            ),
        ),
        tables=_tables,
        caveats="Pairs that share a number share a row of the embedding, so some interference follows from the "
        "architecture alone. One step teaches one answer; training on it among all others would forget less. All runs "
        "have the same two tables of random answers. Costs are compared after as many steps, not where training "
        "would settle. A random step as long forgets next to nothing, so that control shows only that the direction "
        "of the step matters.",
    )
)
