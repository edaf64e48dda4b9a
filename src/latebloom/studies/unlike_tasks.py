"""Unlike tasks: do operations whose circuits have different waves hinder each other in one model?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from latebloom.claims import Record
from latebloom.claims.claim import Statistic, statistic
from latebloom.claims.learning import RIGHT
from latebloom.claims.quantity import Undefined
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.settings import share_of
from latebloom.claims.verdict import HALF
from latebloom.statistics import Estimate, median_estimate, share_difference
from latebloom.studies.asked import asked
from latebloom.studies.operations import (
    ADDITION,
    LEARNED,
    MULTIPLICATION,
    NEVER,
    SUBTRACTION,
    later,
    learned_or_last,
    models_of,
    on_operation,
    operations_accuracy,
    operations_learned_at,
    operations_neuron_overlap,
    operations_permuted_overlap,
    word,
)
from latebloom.studies.steps import paired
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import SMALL_P, UNSEEN_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

STEPS = 3000

FIRST = UNSEEN_SEED + 100
"""The first seed: those before it are the seeds of `several-tasks`."""

UNLIKE, LIKE = (ADDITION, MULTIPLICATION), (ADDITION, SUBTRACTION)
THREE = (ADDITION, SUBTRACTION, MULTIPLICATION)
OWN = "with answers of their own"


def _own(record: Record) -> bool:
    """Whether each operation of the run has answers of its own."""
    return bool(record.setting("task.own_answers"))


def _models(records: Sequence[Record], operations: Sequence[str], own: bool = False) -> dict[int, Record]:
    """The runs of an arm by seed. Errors: Undefined without any."""
    return models_of([record for record in records if _own(record) == own], *operations)


def _learns_all(record: Record) -> bool:
    """Whether every operation of the run is learned."""
    return all(step is not None for step in record.value(operations_learned_at.name))


def _name(operations: Sequence[str], own: bool = False) -> str:
    """An arm in words."""
    words = " and ".join(map(word, operations)) if len(operations) < 3 else "all three operations"
    return f"{words} {OWN}" if own else words


def _slug(operations: Sequence[str], own: bool = False) -> str:
    return "_".join((*map(word, operations), *(["own"] if own else [])))


_ALL = f"learn all of their operations (test loss under {LEARNED:.0%} of guessing)"


def _learning_all(operations: Sequence[str]) -> Statistic:
    @statistic(
        "share",
        f"the share of the models of {_name(operations)} that {_ALL}",
        operations_learned_at,
        name=f"learn_{_slug(operations)}",
    )
    def learning_all(records: Sequence[Record]) -> Estimate:
        return share_of(list(_models(records, operations).values()), _learns_all)

    return learning_all


LEARN = {operations: _learning_all(operations) for operations in (UNLIKE, (ADDITION,), (MULTIPLICATION,), THREE)}


def _more_often(operations: Sequence[str], own: bool = False) -> Statistic:
    """How much more often the models of an arm learn all than those of addition and multiplication."""

    @statistic(
        "share",
        f"how much more often models of {_name(operations, own)} {_ALL} than models of {_name(UNLIKE)} with the same "
        "seed, in the mean over seeds,",
        operations_learned_at,
        name=f"more_{_slug(operations, own)}",
    )
    def more_often(records: Sequence[Record]) -> Estimate:
        pairs = paired(_models(records, operations, own), _models(records, UNLIKE))
        return share_difference([(_learns_all(run), _learns_all(plain)) for run, plain in pairs])

    return more_often


like_more_often, own_more_often = _more_often(LIKE), _more_often(UNLIKE, own=True)


def _hindered(operation: str) -> Statistic:
    @statistic(
        "times",
        f"the step at which {word(operation)} is learned beside the other, over that alone with the same seed {NEVER}, "
        "in the median over seeds,",
        operations_learned_at,
        name=f"hindered_{word(operation)}",
    )
    def hindered(records: Sequence[Record]) -> Estimate:
        return later(operation, paired(_models(records, UNLIKE), _models(records, (operation,))))

    return hindered


HINDERED = {operation: _hindered(operation) for operation in UNLIKE}


@statistic(
    "share",
    "the overlap Σ min(a, b) of the neurons' energies on the two operations, of addition and multiplication less of "
    "addition and subtraction with the same seed, in the median over seeds,",
    operations_neuron_overlap,
)
def overlap_beyond_like(records: Sequence[Record]) -> Estimate:
    name = operations_neuron_overlap.name
    runs = paired(_models(records, UNLIKE), _models(records, LIKE))
    pairs = [(unlike.value(name), like.value(name)) for unlike, like in runs]
    return median_estimate([a - b for a, b in pairs if a is not None and b is not None])


ARMS = (
    ((ADDITION,), False),
    ((MULTIPLICATION,), False),
    (UNLIKE, False),
    (UNLIKE, True),
    (LIKE, False),
    (THREE, False),
)


def _present(records: Sequence[Record], operations: Sequence[str], own: bool) -> list[Record]:
    try:
        return list(_models(records, operations, own).values())
    except Undefined:
        return []


def _learns(operation: str, record: Record) -> bool:
    return on_operation(record, operations_learned_at, operation) is not None


def _is_right(operation: str, record: Record) -> bool:
    return (on_operation(record, operations_accuracy, operation) or 0) >= RIGHT


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    learned, parts = [], []
    for operations, own in ARMS:
        runs = _present(records, operations, own)
        for operation in operations if runs else ():
            steps = median_estimate([learned_or_last(run, operation) for run in runs])
            known = share_of(runs, partial(_learns, operation))
            right = share_of(runs, partial(_is_right, operation))
            row = (word(operation), _name(operations, own), str(len(runs)))
            learned.append((*row, shown(known), shown(steps, "{:.0f}"), shown(right)))
        if len(operations) == 2:
            shares = (
                [run.value(one.name) for run in runs]
                for one in (operations_neuron_overlap, operations_permuted_overlap)
            )
            parts.append((_name(operations, own), *(shown(median_estimate(values)) for values in shares)))
    return (
        Table(
            "What is learned in a model of",
            (
                *("operation", "in a model of", "runs", "learned", f"learned at step {NEVER}"),
                f"at {RIGHT:.0%} test accuracy or more at the end",
            ),
            learned,
        ),
        Table(
            "Overlap of the neurons' energies on the two operations, in the median over runs",
            ("operations", "overlap", "with the neurons of one permuted"),
            parts,
        ),
    )


_claim = partial(asked, "unlike-tasks")


def _runs(count: int) -> tuple[Spec, ...]:
    shape = ("--model.d_model", "64", "--model.d_head", "16", "--model.d_mlp", "256")
    data = ("--task.name", "several_operations", "--data.fraction", "0.9")
    make = partial(small, count, STEPS, *data, *shape, first=FIRST)
    shared = tuple(",".join(operations) for operations, own in ARMS if not own)
    own_answers = ("--task.own_answers", "true")
    return (
        make(task__operations=shared),
        small(count, STEPS, *data, *shape, *own_answers, first=FIRST, task__operations=(",".join(UNLIKE),)),
    )


STUDIES.register(
    Study(
        name="unlike-tasks",
        title="Operations of different waves",
        question="Do two operations whose circuits have different waves hinder each other in one model?",
        place='W, "Future Directions": training a model on several tasks at once',
        hypothesis="Addition and multiplication hinder each other: fewer than half of the models of both learn both, "
        "though each is learned by most models of it alone.",
        otherwise="No such hindrance is seen: half or more of the models of addition and multiplication learn both, or "
        "one of the two is not learned by most models of it alone either.",
        design=f"x + y, x - y and x · y mod {SMALL_P} in one transformer, told apart by a token in the place of `=`, "
        f"on 90 % of the examples, {STEPS} steps. Addition and subtraction have waves over the numbers, multiplication "
        "over their logarithms. An operation is learned at the first step at which its test loss is less than "
        f"{LEARNED:.0%} of that of guessing, which x + y = y + x alone does not reach. In one arm each operation has "
        "answers, and so an unembedding, of its own; one softmax runs over all of them.",
        control="The same seeds with each operation alone, and with addition and subtraction, whose circuits can have "
        "the same waves. For the neurons, in the table, those of one operation permuted.",
        power="One of five models that learns both has an interval up to 62 %, none of five one up to 43 % (quick "
        "budget); five of twenty have one up to 47 % (full budget). A difference of shares of 45 % is told from none "
        "by twenty pairs.",
        changes="More steps, after which the second operation may still be learned; a wider model; a larger p, whose "
        "numbers and logarithms have more waves to choose from.",
        runs={"quick": _runs(5), "full": _runs(20)},
        claims=(
            _claim(
                "unlike-hinder",
                "Fewer than half of the models of addition and multiplication learn both, though most models of one of "
                "them alone do.",
                AllOf(
                    Below(LEARN[UNLIKE], HALF, "fewer than half"),
                    *(Above(LEARN[(one,)], HALF, f"{word(one)} alone") for one in UNLIKE),
                ),
                f"{found(LEARN[UNLIKE])} of the models of both learn both; alone addition is learned by "
                f"{found(LEARN[(ADDITION,)])}, multiplication by {found(LEARN[(MULTIPLICATION,)])}",
            ),
            _claim(
                "unlike-not-for-being-two",
                "Models of addition and subtraction learn both more often.",
                Above(like_more_often, 0.0, "no more often"),
                f"the share that learns both differs by {found(like_more_often)}",
            ),
            _claim(
                "unlike-own-answers",
                "Models of addition and multiplication learn both more often if each has answers of its own.",
                Above(own_more_often, 0.0, "no more often"),
                f"the share that learns both differs by {found(own_more_often)}",
            ),
            *(
                _claim(
                    f"unlike-hindered-{word(operation)}",
                    f"{word(operation).capitalize()} is learned later beside {word(other)} than alone.",
                    Above(HINDERED[operation], 1.0, "no later"),
                    f"beside it, it takes {found(HINDERED[operation], '.2f')} times as many steps",
                )
                for operation, other in (UNLIKE, UNLIKE[::-1])
            ),
            _claim(
                "unlike-neurons",
                "Addition and multiplication share fewer neurons than addition and subtraction do.",
                Below(overlap_beyond_like, 0.0, "as many"),
                f"the overlap of the neurons' energies differs by {found(overlap_beyond_like)} from that of addition "
                "and subtraction",
            ),
            _claim(
                "unlike-three",
                "Fewer than half of the models of addition, subtraction and multiplication learn all three.",
                Below(LEARN[THREE], HALF, "half"),
                f"{found(LEARN[THREE])} of them learn all three",
            ),
        ),
        shown=(operations_accuracy, operations_permuted_overlap),
        tables=_tables,
        caveats="The settings are those of `several-tasks`; twelve trials with other seeds (in "
        "`results/studies/several-tasks-tries.json`) had been seen when the rules were written. What is not learned "
        f"within {STEPS} steps may be learned later. Each operation of a model of both has only a part of its "
        "gradient, so that it may be later than alone for that reason, too. The overlap of neurons is also that of "
        "models that have not learned both. By their test accuracy at the end, more models have "
        "learned an operation than by its loss: see the table.",
    )
)
