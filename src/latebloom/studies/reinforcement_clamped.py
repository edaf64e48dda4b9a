"""Mutual reinforcement by clamping: does the rest of the circuit form sooner beside an ideal part?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from latebloom.claims import Record
from latebloom.claims.claim import Statistic, SweepClaim, statistic
from latebloom.claims.learning import RIGHT, final_test_accuracy, outcome, test_90_at
from latebloom.claims.quantity import Undefined
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.settings import generalised, share_of
from latebloom.claims.verdict import HALF
from latebloom.statistics import Estimate, median_estimate
from latebloom.studies.asked import asked
from latebloom.studies.steps import NEVER, right_at, times_as_long
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import FRESH_SEED, SMALL_P, small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

STEPS = 3000

SOONER = 1.5
"""A ratio of steps that says that a model generalises well sooner. Arbitrary."""

FREQUENCIES = (1, 5, 8)
"""Those of an ideal part. Arbitrary: as many as a model of this size has, or about that."""

OTHERS = (3, 9, 11)
"""Those of a part that does not fit. Arbitrary; none is twice one of `FREQUENCIES`, which
neurons make of them most easily. They make sums and differences, too, such as 3 = 8 - 5, which helps such a model."""

RECORDED = ("--recording.metrics", "5 until 200, 20")
"""With ideal parts a model generalises within 60 steps, which must be told apart."""

FIRST = FRESH_SEED + 400
"""The first seed: those before it are the seeds of the studies that led to this one."""


class Clamped(NamedTuple):
    """What is clamped in an arm: the frequencies of the embedding and of the unembedding, and whether numbers are
    permuted."""

    embedding: tuple[int, ...] = ()
    unembedding: tuple[int, ...] = ()
    shuffled: bool = False


NOTHING = "nothing ideal"
EMBEDDING, UNEMBEDDING = "embedding", "unembedding"
BOTH, MISFIT = "both ideal parts", "ideal parts of different frequencies"

IDEAL = {part: f"an ideal {part}" for part in (EMBEDDING, UNEMBEDDING)}
"""The names of the arms with one of the parts."""

_IDEAL = {
    IDEAL[EMBEDDING]: Clamped(embedding=FREQUENCIES),
    IDEAL[UNEMBEDDING]: Clamped(unembedding=FREQUENCIES),
    BOTH: Clamped(FREQUENCIES, FREQUENCIES),
}


def shuffled(part: str) -> str:
    """The name of the arm that is the control of a part."""
    return f"{part}, permuted"


ARMS: Mapping[str, Clamped] = {
    NOTHING: Clamped(),
    **_IDEAL,
    **{shuffled(part): one._replace(shuffled=True) for part, one in _IDEAL.items()},
    MISFIT: Clamped(FREQUENCIES, OTHERS),
}


def _clamped(record: Record) -> Clamped:
    """The arm of a run."""
    if record.setting("intervention.kind") is None:
        return ARMS[NOTHING]
    values = (record.setting(f"intervention.{name}") for name in Clamped._fields)
    embedding, unembedding, permuted = values
    return Clamped(tuple(embedding), tuple(unembedding), permuted)


def _arm(records: Sequence[Record], name: str) -> list[Record]:
    """The runs of an arm. Errors: Undefined without any."""
    runs = [record for record in records if _clamped(record) == ARMS[name]]
    if not runs:
        raise Undefined(f"there are no runs with {name}")
    return runs


def _slug(name: str) -> str:
    return name.removeprefix("an ").replace(", ", "_").replace(" ", "_")


def _sooner(name: str, beside: str = NOTHING) -> Statistic:
    """How many times as long the runs of another arm take."""

    @statistic(
        "times",
        f"the step of {RIGHT:.0%} test accuracy with {beside}, over that with {name} and the same "
        f"seed ({NEVER}), in the median over seeds,",
        test_90_at,
        name=f"{_slug(beside)}_over_{_slug(name)}",
    )
    def sooner(records: Sequence[Record]) -> Estimate:
        return times_as_long(_arm(records, beside), _arm(records, name))

    return sooner


def _generalising(name: str) -> Statistic:
    @statistic(
        "share",
        f"the share of the runs with {name} that reach {RIGHT:.0%} test accuracy",
        test_90_at,
        name=f"generalise_with_{_slug(name)}",
    )
    def generalising(records: Sequence[Record]) -> Estimate:
        return share_of(_arm(records, name), generalised)

    return generalising


SOONER_WITH = {name: _sooner(name) for name in ARMS if name != NOTHING}
BESIDE_ONE = {part: _sooner(BOTH, name) for part, name in IDEAL.items()}
GENERALISING = {name: _generalising(name) for name in (BOTH, MISFIT)}


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    rows = []
    for name in ARMS:
        runs = [record for record in records if _clamped(record) == ARMS[name]]
        outcomes = [run.value(outcome.name) for run in runs]
        accuracy = median_estimate([run.value(final_test_accuracy.name) for run in runs])
        rows.append(
            (
                name,
                str(len(runs)),
                shown(share_of(runs, generalised)),
                shown(median_estimate([right_at(run) for run in runs]), "{:.0f}"),
                "1" if name == NOTHING else shown(SOONER_WITH[name].compute(records), "{:.2f}"),
                shown(accuracy),
                ", ".join(f"{outcomes.count(one)} {one}" for one in sorted({one for one in outcomes if one})),
            )
        )
    columns = (
        *("held throughout", "runs", "generalise", f"step of {RIGHT:.0%} test accuracy ({NEVER})"),
        *(f"steps with {NOTHING}, over these", "final test accuracy", "outcomes"),
    )
    return (Table("Models with parts held at ideal waves", columns, rows),)


_PLACE = 'W, "Future Directions": "do we see this mutual reinforcement and cascading?"'

_claim = partial(asked, "reinforcement-clamped", place=_PLACE)


def _hastened(part: str) -> SweepClaim:
    ideal, control = SOONER_WITH[IDEAL[part]], SOONER_WITH[shuffled(IDEAL[part])]
    return _claim(
        f"clamped-{part}-hastens",
        f"Without an ideal {part} from the first step the model takes more than {SOONER:g} times as many steps to "
        "generalise as with one.",
        AllOf(Above(ideal, SOONER, "arbitrary"), Below(control, SOONER, "the control")),
        f"with nothing ideal it takes {found(ideal, '.2f')} times as many steps as with an ideal one, and "
        f"{found(control, '.2f')} times as many as with the same weights with their numbers permuted",
    )


def _arguments(clamped: Clamped) -> tuple[str, ...]:
    """An arm on the command line, but for `shuffled`."""
    parts = {EMBEDDING: clamped.embedding, UNEMBEDDING: clamped.unembedding}
    settings = ((f"--intervention.{name}", ",".join(map(str, of))) for name, of in parts.items() if of)
    return ("--intervention.kind", "clamp_waves", *(one for pair in settings for one in pair))


def _runs(count: int) -> tuple[Spec, ...]:
    ideal = (
        small(count, STEPS, *RECORDED, *_arguments(one), first=FIRST, intervention__shuffled=("false", "true"))
        for one in _IDEAL.values()
    )
    plain, misfit = (small(count, STEPS, *RECORDED, *more, first=FIRST) for more in ((), _arguments(ARMS[MISFIT])))
    return (plain, *ideal, misfit)


STUDIES.register(
    Study(
        name="reinforcement-clamped",
        title="Mutual reinforcement by clamping",
        question="If one part of the circuit is there from the first step, do the others form sooner?",
        place=_PLACE,
        hypothesis="The rest of the circuit forms sooner beside a finished part: without an ideal embedding from the "
        f"first step the model takes more than {SOONER:g} times as many steps to generalise as with one.",
        otherwise="It is not shown that the structure of an ideal embedding hastens the rest: without one the model "
        f"takes at most {SOONER:g} times as many steps, or it takes {SOONER:g} times as many or more compared with an "
        "embedding whose numbers are permuted.",
        design=f"x + y mod {SMALL_P} on 80 % of the pairs, {STEPS} steps. From the first step to the last the "
        "embedding of the operands, the unembedding, or both have the waves of frequencies "
        f"{', '.join(map(str, FREQUENCIES))} along random orthonormal directions, with the norm of the weights that "
        "they replace; neither the gradient nor weight decay reaches them. A model has generalised at the first "
        f"recorded step with {RIGHT:.0%} test accuracy.",
        control="The same seeds with nothing ideal. The same weights with their numbers permuted, which have the same "
        "singular values and no frequency, and leave as few weights to train. For both parts together, an unembedding "
        f"with frequencies {', '.join(map(str, OTHERS))} instead, which do not match those of the embedding.",
        power="The interval of a median of five ratios (quick budget) is their range, so that five ratios over "
        f"{SOONER:g} decide; that of twenty (full budget) lies about between the sixth and the fifteenth. Five runs of "
        "five that generalise have an interval from 57 %, twenty of twenty one from 84 %.",
        changes="Another number of frequencies; a part that is released after a while; ideal attention or ideal "
        "neurons; a larger norm of the ideal weights.",
        runs={"quick": _runs(5), "full": _runs(20)},
        claims=(
            _hastened(EMBEDDING),
            _hastened(UNEMBEDDING),
            _claim(
                "clamped-both-hasten",
                "With both ideal parts the model generalises sooner than with either.",
                AllOf(*(Above(one, 1.0, f"no sooner than with the {part}") for part, one in BESIDE_ONE.items())),
                f"with an ideal embedding alone it takes {found(BESIDE_ONE[EMBEDDING], '.2f')} times as many steps, "
                f"with an ideal unembedding alone {found(BESIDE_ONE[UNEMBEDDING], '.2f')} times",
            ),
            _claim(
                "clamped-parts-must-fit",
                "With an ideal embedding and an ideal unembedding of other frequencies the model does not generalise.",
                AllOf(
                    Below(GENERALISING[MISFIT], HALF, "fewer than half"),
                    Above(GENERALISING[BOTH], HALF, "the control"),
                ),
                f"{found(GENERALISING[MISFIT])} of the runs with different frequencies generalise, and "
                f"{found(GENERALISING[BOTH])} of those with the same",
            ),
        ),
        shown=(final_test_accuracy, outcome),
        tables=_tables,
        caveats="Trials with three other seeds had been seen when the rules were written. A permuted part has as few "
        "directions as an ideal one and no frequency, and no model generalises with it: the control says that the "
        "structure matters, and not by how much. The 76 to 79 % that such models have right is about what "
        "x + y = y + x gives. For parts that keep their random initial weights see `reinforcement`. The model is small "
        "and generalises early even with nothing ideal. A run counts as generalising once it has had "
        f"{RIGHT:.0%} right, whatever its outcome at the end. In a held embedding `=` keeps its random row. The first "
        "60 runs were trained before held weights had the fast path, which differs by rounding.",
    )
)
