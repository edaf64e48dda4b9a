"""Claims about other operations mod p, which the write-up names among its future directions."""

from collections.abc import Sequence

from latebloom.claims.claim import Statistic, SweepClaim, register, statistic
from latebloom.claims.learning import MOSTLY_RIGHT, last_step, outcome, test_90_at, train_90_at
from latebloom.claims.quantity import FEWEST_RUNS, percent
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, AtLeast, Below
from latebloom.claims.settings import (
    BEST,
    MORE_OFTEN,
    Chosen,
    Grokking,
    best_setting,
    enough,
    grouped,
    memorised,
    on_random_answers,
    share_generalised,
    share_of,
)
from latebloom.claims.systems import MUCH_DATA
from latebloom.claims.verdict import HALF
from latebloom.published import published
from latebloom.statistics import Estimate

_FUTURE = 'W, "Future Directions" (other tasks of the grokking paper'
_QUADRATIC = "modular_quadratic"
_OTHERS = {
    "modular_subtraction": "x - y",
    "modular_multiplication": "x · y",
    "modular_division": "x / y",
    _QUADRATIC: "x² + xy + y²",
    "modular_cubic": "x³ + xy",
}
TIMES = (outcome, train_90_at, test_90_at, last_step)
"""Quantities that tell which runs memorise, and when runs learn."""

_NAMES = tuple(one.name for one in TIMES)

PATIENCE = 2 * published("mainline.restricted_loss_settles").number


def _of(records: Sequence[Record], name: str) -> list[Record]:
    return [record for record in records if record.setting("task.name") == name]


def _quadratic(records: Sequence[Record]) -> Chosen:
    groups = grouped(_of(records, _QUADRATIC), "task.p", "data.fraction")
    few = {f"mod {p}, on {share:.0%} of the pairs": group for (p, share), group in groups.items() if share < MUCH_DATA}
    return best_setting(f"of it on less than {percent(MUCH_DATA)} of the pairs", few)


def _on_much_data(records: Sequence[Record], name: str) -> Sequence[Record]:
    """The runs of an operation on much data that memorise. Errors: Undefined if they are few."""
    chosen = [record for record in _of(records, name) if record.setting("data.fraction") >= MUCH_DATA]
    return enough(
        memorised(chosen), f"runs of {_OTHERS[name]} on {percent(MUCH_DATA)} of the pairs or more that memorise"
    )


def _at_once(record: Record) -> bool:
    return bool(record.value(outcome.name) == "generalised at once")


def _learned_at_once(name: str) -> Statistic:
    """The share of the runs of one operation on much data that learn the test set with the train set."""

    def compute(records: Sequence[Record]) -> Estimate:
        return share_of(_on_much_data(records, name), _at_once)

    formula = f"the share of the runs of {_OTHERS[name]} that generalise at once"
    return Statistic(f"{name}_at_once", "share", formula, compute, _NAMES)


_AT_ONCE = tuple(map(_learned_at_once, _OTHERS))


@statistic(
    "",
    f"how many runs of each operation on {percent(MUCH_DATA)} of the pairs or more, of those that memorise, have which "
    "outcome",
    *TIMES,
)
def outcomes_with_much_data(records: Sequence[Record]) -> str:
    return "; ".join(f"{text}: {_outcomes(_on_much_data(records, name))}" for name, text in _OTHERS.items())


def _outcomes(records: Sequence[Record]) -> str:
    return ", ".join(
        f"{len(runs)} {name} ({MOSTLY_RIGHT} test/train accuracy at step {_steps(runs)})"
        for name, runs in _by_outcome(records).items()
    )


def _by_outcome(records: Sequence[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(str(record.value(outcome.name)), []).append(record)
    return found


def _steps(records: Sequence[Record]) -> str:
    return ", ".join("/".join(_step(record.value(one.name)) for one in (test_90_at, train_90_at)) for record in records)


def _step(step: float | None) -> str:
    return "never" if step is None else f"{step:.0f}"


def random_memories(records: Sequence[Record]) -> Sequence[Record]:
    """The runs on random answers that memorise. Errors: Undefined if they are few."""
    return enough(memorised(on_random_answers(records)), "runs on random answers that memorise")


@statistic(
    "share",
    f"the share of the runs on random answers that memorise, {FEWEST_RUNS} or more, that ever reach "
    f"{MOSTLY_RIGHT} test accuracy",
    *TIMES,
)
def random_generalised(records: Sequence[Record]) -> Estimate:
    return share_generalised(random_memories(records))


@statistic("runs", "the number of runs on random answers that memorise", *TIMES)
def random_runs(records: Sequence[Record]) -> int:
    return len(random_memories(records))


@statistic("steps", "the fewest steps of these runs", *TIMES)
def random_steps(records: Sequence[Record]) -> float:
    return float(min(record.value(last_step.name) for record in random_memories(records)))


_QUADRATIC_GROKS = Grokking(
    "quadratic",
    f"the runs of it, {FEWEST_RUNS} or more, with the best p and share of the pairs under {percent(MUCH_DATA)} "
    f"({BEST}),",
    _quadratic,
)

register(
    SweepClaim(
        id="quadratic-groks",
        sentence="x² + xy + y², a harder operation mod p, groks as well.",
        place=_FUTURE + ")",
        published="asked",
        region=_QUADRATIC_GROKS.region,
        provided=_QUADRATIC_GROKS.provided,
        finding=_QUADRATIC_GROKS.finding,
        statistics=_QUADRATIC_GROKS.statistics,
        system="operations",
        figure="survival",
    ),
    SweepClaim(
        id="operations-more-data",
        sentence="With more data other operations too are learned without grokking.",
        place=_FUTURE + ", with more data)",
        published="asked",
        region=AllOf(*(Above(one, HALF, MORE_OFTEN) for one in _AT_ONCE)),
        finding="{outcomes_with_much_data}",
        statistics=(*_AT_ONCE, outcomes_with_much_data),
        system="operations",
        figure="survival",
    ),
    SweepClaim(
        id="random-answers-memorised",
        sentence="A model memorises random answers and does not generalise.",
        place='W, "Future Directions", loose threads (memorisation to be looked at on random labels)',
        published="a control, not in W",
        region=Below(random_generalised, HALF, "the control, since no circuit could generalise"),
        provided=AtLeast(random_steps, PATIENCE, "twice the step by which addition has generalised in W"),
        finding="{random_runs:.0f} runs memorise, {random_generalised:.0%} ({random_generalised.low:.0%} to "
        "{random_generalised.high:.0%}) of them generalise within {random_steps:.0f} steps",
        statistics=(random_generalised, random_runs, random_steps),
        system="operations",
        figure="survival",
    ),
)
