"""Claims about other operations mod p, which the write-up names among its future directions."""

from collections.abc import Sequence

from latebloom.claims.claim import SweepClaim, register, statistic
from latebloom.claims.learning import MOSTLY_RIGHT, last_step, outcome, test_90_at, train_90_at
from latebloom.claims.quantity import Undefined, percent
from latebloom.claims.record import Record
from latebloom.claims.region import AtMost
from latebloom.claims.settings import (
    FEWEST,
    Grokking,
    best_setting,
    grouped,
    memorised,
    share_generalised,
    share_grokked,
)
from latebloom.claims.systems import MUCH_DATA
from latebloom.claims.verdict import FEW

_FUTURE = 'W, "Future Directions" (other tasks of the grokking paper'
_QUADRATIC, _SUBTRACTION, _RANDOM = "modular_quadratic", "modular_subtraction", "random_table"
_TIMES = (outcome, train_90_at, test_90_at, last_step)


def _of(records: Sequence[Record], name: str) -> list[Record]:
    return [record for record in records if record.setting("task.name") == name]


def _quadratic(records: Sequence[Record]) -> tuple[str, Sequence[Record]]:
    groups = grouped(_of(records, _QUADRATIC), "data.fraction")
    few = {f"on {share:.0%} of the pairs": group for share, group in groups.items() if share < MUCH_DATA}
    return best_setting(f"of it on less than {percent(MUCH_DATA)} of the pairs", few)


def _on_much_data(records: Sequence[Record]) -> dict[str, list[Record]]:
    """The runs of each operation on much data that memorise."""
    found = {}
    for name in (_SUBTRACTION, _QUADRATIC):
        chosen = [record for record in _of(records, name) if record.setting("data.fraction") >= MUCH_DATA]
        found[name] = memorised(chosen)
        if len(found[name]) < FEWEST:
            raise Undefined(f"needs {FEWEST} runs of {name} on {percent(MUCH_DATA)} of the pairs or more that memorise")
    return found


@statistic(
    "share",
    f"the larger share that grok, on {percent(MUCH_DATA)} of the pairs or more, of the runs of either operation that "
    f"memorise ({FEWEST} or more of each)",
    *_TIMES,
)
def grokking_with_much_data(records: Sequence[Record]) -> float:
    return max(map(share_grokked, _on_much_data(records).values()))


@statistic("", "how many runs of each operation grok, and when", *_TIMES)
def steps_with_much_data(records: Sequence[Record]) -> str:
    return "; ".join(
        f"{name}: {share_grokked(runs):.0%} of {len(runs)} runs grok; "
        f"{MOSTLY_RIGHT} test / train accuracy at step {_steps(runs)}"
        for name, runs in _on_much_data(records).items()
    )


def _steps(records: Sequence[Record]) -> str:
    return ", ".join("/".join(_step(record.value(one.name)) for one in (test_90_at, train_90_at)) for record in records)


def _step(step: float | None) -> str:
    return "never" if step is None else f"{step:.0f}"


def _random(records: Sequence[Record]) -> list[Record]:
    found = memorised(_of(records, _RANDOM))
    if len(found) < FEWEST:
        raise Undefined(f"{len(found)} runs on random answers memorise, and {FEWEST} are needed")
    return found


@statistic(
    "share",
    f"the share of the runs on random answers that memorise, {FEWEST} or more, that ever reach "
    f"{MOSTLY_RIGHT} test accuracy",
    *_TIMES,
)
def random_generalised(records: Sequence[Record]) -> float:
    return share_generalised(_random(records))


@statistic("runs", "the number of runs on random answers that memorise", *_TIMES)
def random_runs(records: Sequence[Record]) -> int:
    return len(_random(records))


@statistic("steps", "the last step of these runs", *_TIMES)
def random_steps(records: Sequence[Record]) -> float:
    return float(max(record.value(last_step.name) for record in _random(records)))


_QUADRATIC_GROKS = Grokking(
    "quadratic",
    f"the runs of it, {FEWEST} or more, on the best share of the pairs tried under {percent(MUCH_DATA)},",
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
        region=AtMost(grokking_with_much_data, FEW, "arbitrary"),
        finding="{steps_with_much_data}",
        statistics=(grokking_with_much_data, steps_with_much_data),
        system="operations",
        figure="survival",
    ),
    SweepClaim(
        id="random-answers-memorised",
        sentence="A model memorises random answers and does not generalise.",
        place='W, "Future Directions", loose threads (memorisation to be looked at on random labels)',
        published="a control, not in W",
        region=AtMost(random_generalised, FEW, "arbitrary; the control, since no circuit could generalise"),
        finding="{random_runs:.0f} runs memorise, {random_generalised:.0%} of them generalise within "
        "{random_steps:.0f} "
        "steps",
        statistics=(random_generalised, random_runs, random_steps),
        system="operations",
        figure="survival",
    ),
)
