"""Several tasks at once: does a model learn two operations in separate phase changes, and do they share parts?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from latebloom.claims import Record
from latebloom.claims.claim import statistic
from latebloom.claims.learning import RIGHT
from latebloom.claims.region import Above, AllOf
from latebloom.claims.verdict import HALF
from latebloom.statistics import Estimate, median_estimate, share, share_difference
from latebloom.studies.asked import asked
from latebloom.studies.operations import (
    ADDITION,
    LEARNED,
    NEVER,
    SUBTRACTION,
    UNLEARNED,
    arms,
    later,
    learned_or_last,
    models_of,
    on_operation,
    operations_accuracy,
    operations_initial_overlap,
    operations_learned_at,
    operations_neuron_overlap,
    operations_permuted_overlap,
    operations_unlearned_until,
    operations_with_key_frequency,
    word,
)
from latebloom.studies.steps import paired
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import UNSEEN_SEED, small
from latebloom.studies.texts import BOOTSTRAPPED, found, shown
from latebloom.sweeps.spec import Spec

STEPS = 3000

TOGETHER = (ADDITION, SUBTRACTION)

FEWER = -0.25
"""A difference of shares that says that far fewer models have something. Arbitrary."""


def _separate(plus: Record, minus: Record) -> bool | None:
    """Whether one operation is learned by the step at which the fall of the other begins; None unless both are learned.

    plus, minus: the runs with addition and with subtraction, which may be one.
    """
    runs = ((plus, ADDITION), (minus, SUBTRACTION))
    ends = [on_operation(run, operations_learned_at, one) for run, one in runs]
    begins = [on_operation(run, operations_unlearned_until, one) for run, one in runs]
    if None in ends:
        return None
    return ends[0] <= begins[1] or ends[1] <= begins[0]  # type: ignore[operator]


_SEPARATE = (
    f"one operation is learned (test loss under {LEARNED:.0%} of guessing) by the last step at which the other's test "
    f"loss is {UNLEARNED:.0%} of guessing or more, before it is learned; a model in which one never is does not count"
)


@statistic(
    "share",
    f"the share of the models of both operations in which {_SEPARATE}",
    operations_learned_at,
    operations_unlearned_until,
)
def separate_in_one_model(records: Sequence[Record]) -> Estimate:
    found = [_separate(run, run) for run in models_of(records, *TOGETHER).values()]
    known = [one for one in found if one is not None]
    return share(sum(known), len(known))


@statistic(
    "share",
    "that share, less the share of the pairs of two models of one operation each, with the same seed, in which it is "
    "so",
    operations_learned_at,
    operations_unlearned_until,
)
def separate_beyond_two_models(records: Sequence[Record]) -> Estimate:
    found = [(_separate(both, both), _separate(plus, minus)) for both, plus, minus in _triples(records)]
    return share_difference([(one, two) for one, two in found if one is not None and two is not None])


@statistic(
    "times",
    "the step at which subtraction is learned over that at which addition is in the same model, over the same ratio in "
    f"two models of one operation each with the same seed {NEVER}, in the median over seeds,",
    operations_learned_at,
)
def apart_beyond_two_models(records: Sequence[Record]) -> Estimate:
    def ratio(plus: Record, minus: Record) -> float:
        return learned_or_last(minus, SUBTRACTION) / learned_or_last(plus, ADDITION)

    return median_estimate([ratio(both, both) / ratio(plus, minus) for both, plus, minus in _triples(records)])


def _triples(records: Sequence[Record]) -> list[tuple[Record, Record, Record]]:
    """The model of both operations, that of addition and that of subtraction, of each seed that has all three."""
    both, plus, minus = models_of(records, *TOGETHER), models_of(records, ADDITION), models_of(records, SUBTRACTION)
    return [(both[seed], plus[seed], minus[seed]) for seed in sorted(both.keys() & plus.keys() & minus.keys())]


@statistic(
    "times",
    f"the step at which subtraction is learned alone, over that beside addition with the same seed {NEVER}, in the "
    "median over seeds,",
    operations_learned_at,
)
def alone_over_together(records: Sequence[Record]) -> Estimate:
    return later(SUBTRACTION, paired(models_of(records, SUBTRACTION), models_of(records, *TOGETHER)))


def _keys(record: Record, operation: str) -> frozenset[int]:
    """The key frequencies of one operation."""
    bit = 1 << list(record.setting("task.operations")).index(operation)
    bits = record.value(operations_with_key_frequency.name) or ()
    return frozenset(k for k, one in enumerate(bits, 1) if int(one) & bit)


def _common(first: frozenset[int], second: frozenset[int]) -> float | None:
    """The share of the frequencies of either that both have; None without any."""
    return len(first & second) / len(first | second) if first | second else None


def _shared(records: Sequence[Record]) -> Mapping[str, list[float | None]]:
    """What the operations have in common in one model, and in two models of one operation each, seed by seed."""
    triples = _triples(records)
    return {
        "in one model": [_common(_keys(both, ADDITION), _keys(both, SUBTRACTION)) for both, _, _ in triples],
        "in two models": [_common(_keys(plus, ADDITION), _keys(minus, SUBTRACTION)) for _, plus, minus in triples],
    }


@statistic(
    "share",
    "the share of the key frequencies of addition or subtraction that are those of both, in one model, less that in "
    "two models of one operation each with the same seed, in the median over seeds,",
    operations_with_key_frequency,
)
def shared_frequencies(records: Sequence[Record]) -> Estimate:
    one, two = _shared(records).values()
    return median_estimate([a - b for a, b in zip(one, two) if a is not None and b is not None])


@statistic(
    "share",
    "the overlap Σ min(a, b) of the neurons' energies on the two operations, less that at step 0, in the median over "
    "runs,",
    operations_neuron_overlap,
    operations_initial_overlap,
)
def gained_overlap(records: Sequence[Record]) -> Estimate:
    one, two = operations_neuron_overlap.name, operations_initial_overlap.name
    pairs = [(run.value(one), run.value(two)) for run in models_of(records, *TOGETHER).values()]
    return median_estimate([a - b for a, b in pairs if a is not None and b is not None])


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    rows = []
    for operations, runs in arms(records).items():
        for index, one in enumerate(operations):
            accuracies = [run.value(operations_accuracy.name)[index] for run in runs.values()]
            right = share(sum(accuracy >= RIGHT for accuracy in accuracies), len(accuracies))
            begins = median_estimate([on_operation(run, operations_unlearned_until, one) for run in runs.values()])
            steps = median_estimate([learned_or_last(run, one) for run in runs.values()])
            arm = "together" if len(operations) > 1 else "alone"
            rows.append(
                (word(one), arm, str(len(runs)), *(shown(at, "{:.0f}") for at in (begins, steps)), shown(right))
            )
    parts = [(f"key frequencies of both, {name}", shown(median_estimate(of))) for name, of in _shared(records).items()]
    for name, of in (
        ("overlap of the neurons' energies", operations_neuron_overlap),
        ("the same, neurons permuted", operations_permuted_overlap),
        ("the same, at step 0", operations_initial_overlap),
    ):
        values = [run.value(of.name) for run in models_of(records, *TOGETHER).values()]
        parts.append((name, shown(median_estimate(values))))
    return (
        Table(
            "When each operation is learned",
            (
                "operation",
                "trained",
                "runs",
                "fall begins",
                "learned at step",
                f"at {RIGHT:.0%} test accuracy or more at the end",
            ),
            rows,
        ),
        Table("What the two operations share, in the median over seeds", ("", "share"), parts),
    )


_claim = partial(asked, "several-tasks")


def _runs(count: int) -> tuple[Spec, ...]:
    shape = ("--model.d_model", "64", "--model.d_head", "16", "--model.d_mlp", "256")
    data = ("--task.name", "several_operations", "--data.fraction", "0.9")
    return (small(count, STEPS, *data, *shape, first=UNSEEN_SEED, task__operations=(",".join(TOGETHER), *TOGETHER)),)


STUDIES.register(
    Study(
        name="several-tasks",
        title="Several tasks at once",
        question="Does a model of two operations learn them in separate phase changes, and do they share frequencies "
        "and neurons?",
        place='W, "Future Directions": training a model on several tasks at once',
        hypothesis="A model that adds and subtracts learns the two in separate phase changes, about as often as two "
        "models of one operation each do: the first fall of test loss is over before the second begins.",
        otherwise="No: the phase changes of adding and subtracting overlap in half of the models or more, or are "
        "separate far less often than in two models of one operation each.",
        design=f"x + y and x - y mod 23 in one transformer, told apart by a token in the place of `=`, on 90 % of the "
        f"examples, {STEPS} steps. An operation is learned at the first step at which its test loss is less than "
        f"{LEARNED:.0%} of that of guessing, which x + y = y + x alone does not reach. At the end the neurons "
        "are looked at with each token by itself.",
        control="Models of one operation each, with the same seeds: for the falls, which may be apart without being "
        "in one model, and for the frequencies that two models have in common by chance. For the neurons the initial "
        "model, which uses the same ones for both operations already, and the neurons of one operation permuted.",
        power="Seven of eight models (quick budget) have an interval from 53 %, and so have fifteen of twenty (full "
        "budget). The interval of a median of eight values begins between the least and the second least of them, that "
        "of twenty between the sixth and the seventh. The ratio of two steps varies between seeds by a factor of four, "
        "so that only a large effect of training both would be seen.",
        changes="Operations that share less, such as multiplication; a wider model, with room for two circuits; more "
        "numbers, of which the embedding can hold more frequencies.",
        runs={"quick": _runs(8), "full": _runs(20)},
        claims=(
            _claim(
                "several-separate",
                "A model that adds and subtracts ends the fall on one operation before that on the other begins, about "
                "as often as two models do.",
                AllOf(
                    Above(separate_in_one_model, HALF, "more often than not"),
                    Above(separate_beyond_two_models, FEWER, "arbitrary; not far fewer than by themselves"),
                ),
                f"the falls are separate in {found(separate_in_one_model)} of the models, which "
                f"differs by {found(separate_beyond_two_models)} from two models of one operation each",
            ),
            _claim(
                "several-apart",
                "Training both operations sets their falls further apart than they are in two models.",
                Above(apart_beyond_two_models, 1.0, "no further"),
                "subtraction over addition takes "
                f"{found(apart_beyond_two_models, '.2f')} times the steps that it takes in two models",
            ),
            _claim(
                "several-hastened",
                "Subtraction is learned earlier beside addition than alone.",
                Above(alone_over_together, 1.0, "no earlier"),
                f"alone it takes {found(alone_over_together, '.2f')} times as many steps",
            ),
            _claim(
                "several-frequencies",
                "Two operations share more key frequencies in one model than in two.",
                Above(shared_frequencies, 0.0, "chance"),
                f"{found(shared_frequencies)} more of the key frequencies are shared in one model than in two",
            ),
            _claim(
                "several-neurons",
                "Training makes the same neurons serve both operations.",
                Above(gained_overlap, 0.0, "no more than at step 0"),
                f"the overlap of the neurons' energies grows by {found(gained_overlap)} from step 0",
            ),
        ),
        shown=(operations_accuracy, operations_permuted_overlap),
        tables=_tables,
        caveats=f"That a fall begins at {UNLEARNED:.0%} of guessing and is over at {LEARNED:.0%} is arbitrary, and was "
        "chosen when earlier runs, with other seeds, had been seen: at 90 % nearly all falls overlap, at 25 % "
        "hardly any. x + y = y + x makes the fall of addition begin early. For the same reason addition is "
        "learned first in models of one operation too, so the order is no effect of training both. Frequencies "
        "and neurons are those of the end; why the neurons' overlap grows is not shown. Multiplication and "
        "operations with answers of their own are asked about in `unlike-tasks`. The trials that chose the "
        "settings are in `results/studies/several-tasks-tries.json`." + BOOTSTRAPPED,
    )
)
