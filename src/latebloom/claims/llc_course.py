"""Claims about when the local learning coefficient falls, each compared with a network that can only memorise.

The coefficient falls while a network memorises too. So every network that adds has a partner, trained on a random table
with the same seed and settings, and a fall counts by how much it exceeds that of the partner between the same two
checkpoints.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from latebloom.analysis import Analysis
from latebloom.circuits.llc import LLC_LONG
from latebloom.claims.claim import Statistic, SweepClaim, register, statistic
from latebloom.claims.learning import (
    MOSTLY_RIGHT,
    boundary_of,
    memorised_at,
    series_of,
    test_90_at,
    test_under_guessing_at,
)
from latebloom.claims.llc import ADDITION, LAU, RANDOM
from latebloom.claims.quantity import Quantity, Undefined, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import AllOf, AtLeast, Below
from latebloom.phases import SETTLES
from latebloom.statistics import Estimate, median_estimate

_NO_FALL = 1.0


@quantity("steps", "the steps of the checkpoints")
def checkpoint_steps(analysis: Analysis) -> list[float]:
    return [float(step) for step in analysis.steps]


@quantity(
    "",
    "the local learning coefficient by long chains at each checkpoint, missing where they give no estimate",
    source=LAU,
)
def llc_course(analysis: Analysis) -> list[float | None]:
    found = series_of(analysis, LLC_LONG.name)
    known = dict(zip(found.step, found.value))
    return [known.get(step) for step in analysis.steps]


@quantity("steps", "the step at which test loss settles")
def test_settled_at(analysis: Analysis) -> float:
    return boundary_of(analysis, SETTLES)


_READ = (checkpoint_steps, llc_course, memorised_at, test_under_guessing_at, test_settled_at, test_90_at)


@dataclass(frozen=True)
class Window:
    """A part of the course of a network that adds: from one boundary of its phases up to another one, or to the last
    checkpoint where that is not reached. spans: a boundary that must lie between the two checkpoints."""

    name: str
    words: str
    since: Quantity
    until: Quantity | None = None
    spans: Quantity | None = None

    def ends(self, adding: Record, steps: Sequence[float]) -> tuple[float, float] | None:
        """The first and the last of these steps within it; None where there are no two."""
        since, until = adding.value(self.since.name), self._until(adding)
        inside = [step for step in steps if since <= step < until]
        if len(inside) < 2:
            return None
        middle = None if self.spans is None else adding.value(self.spans.name)
        return None if middle is not None and not inside[0] < middle <= inside[-1] else (inside[0], inside[-1])

    def _until(self, adding: Record) -> float:
        step = None if self.until is None else adding.value(self.until.name)
        return inf if step is None else float(step)


def course_of(record: Record) -> dict[float, float]:
    """The estimates by step; empty for a run that was not measured with the coefficient."""
    steps, values = record.value(checkpoint_steps.name), record.value(llc_course.name)
    return {step: value for step, value in zip(steps or (), values or ()) if value is not None}


def pairs_of(records: Sequence[Record]) -> list[tuple[Record, Record]]:
    """Each network that adds, with the one that memorises with the same seed."""
    adding, memorising = ({r.seed: r for r in records if r.setting("task.name") == task} for task in (ADDITION, RANDOM))
    return [(adding[seed], memorising[seed]) for seed in adding if seed in memorising]


def change_of(adding: Record, memorising: Record, window: Window) -> tuple[float, float] | None:
    """λ at the last checkpoint of the window over λ at the first: of the network that adds, and of its partner.

    Only checkpoints at which both have an estimate count; None where the pair does not count.
    """
    mine, others = course_of(adding), course_of(memorising)
    ends = window.ends(adding, sorted(mine.keys() & others.keys())) if _in_order(adding) else None
    return None if ends is None else (mine[ends[1]] / mine[ends[0]], others[ends[1]] / others[ends[0]])


def _in_order(adding: Record) -> bool:
    """Whether the network generalised, and not before it had memorised."""
    memorised, under, right = (adding.value(one.name) for one in (memorised_at, test_under_guessing_at, test_90_at))
    return None not in (memorised, under, right) and memorised < under


def _changes(records: Sequence[Record], window: Window) -> list[tuple[float, float]]:
    found = (change_of(adding, memorising, window) for adding, memorising in pairs_of(records))
    return [one for one in found if one is not None]


def _statistics(window: Window) -> tuple[Statistic, Statistic, Statistic]:
    """The change in networks that add, its excess over that in their partners, and the share of pairs that count."""

    def fall(records: Sequence[Record]) -> Estimate:
        return median_estimate([mine for mine, _ in _changes(records, window)])

    def excess(records: Sequence[Record]) -> Estimate:
        return median_estimate([mine / other for mine, other in _changes(records, window)])

    def counted(records: Sequence[Record]) -> float:
        pairs = len(pairs_of(records))
        if not pairs:
            raise Undefined("no network that adds has a partner on a random table with the same seed")
        return len(_changes(records, window)) / pairs

    return (
        statistic(
            "times",
            "the median change of the local learning coefficient of networks that add (its value at the last "
            f"checkpoint over that at the first one) {window.words}",
            *_READ,
            name=window.name,
        )(fall),
        statistic(
            "times",
            "the median, over pairs of a network that adds and one that memorises a random table with the same seed, "
            "of the change of the first network over that of the second between the same two checkpoints",
            *_READ,
            name=f"{window.name}_excess",
        )(excess),
        statistic(
            "share",
            f"the share of pairs whose first network reached {MOSTLY_RIGHT} test accuracy, with test loss under "
            "guessing only after the end of memorisation, and which have two or more checkpoints in that time at which "
            "both networks have an estimate (other checkpoints are left out)",
            *_READ,
            name=f"{window.name}_counted",
        )(counted),
    )


def _claim(id: str, sentence: str, place: str, published: str, window: Window) -> SweepClaim:
    """It falls, and by more than in a network that can only memorise."""
    fall, excess, counted = statistics = _statistics(window)
    finding = (
        "{%s:.3g} times (95 %% interval {%s.low:.3g} to {%s.high:.3g}), which is {%s:.3g} times "
        "({%s.low:.3g} to {%s.high:.3g}) what it is on a random table"
    ) % ((fall.name,) * 3 + (excess.name,) * 3)
    return SweepClaim(
        id=id,
        sentence=sentence,
        place=place,
        published=published,
        region=AllOf(Below(fall, _NO_FALL, "no fall"), Below(excess, _NO_FALL, "no larger fall")),
        provided=AtLeast(counted, 0.5, "arbitrary"),
        shows=excess,
        finding=finding,
        statistics=statistics,
        system="llc-course",
    )


GENERALISING = Window(
    "llc_generalising",
    "from the end of memorisation to the end, test loss being under guessing at the last checkpoint alone",
    memorised_at,
    spans=test_under_guessing_at,
)
FORMING = Window(
    "llc_forming",
    "from the end of memorisation until test loss stays under guessing",
    memorised_at,
    test_under_guessing_at,
)
CLEANING = Window(
    "llc_cleaning",
    "from the step at which test loss is under guessing to stay until it settles, or else until the end",
    test_under_guessing_at,
    test_settled_at,
)

register(
    _claim(
        "llc-falls",
        "The local learning coefficient falls as a network that has memorised generalises.",
        LAU,
        "expected: a general solution needs fewer weights than memorised answers",
        GENERALISING,
    ),
    _claim(
        "llc-leads-test-loss",
        "The local learning coefficient falls before test loss does.",
        "asked here, as of the write-up's progress measures",
        "open",
        FORMING,
    ),
    _claim(
        "llc-falls-in-clean-up",
        "The local learning coefficient falls in clean-up, as what was memorised is removed.",
        "asked here",
        "open",
        CLEANING,
    ),
)
