"""Claims about addition digit by digit."""

from collections.abc import Sequence
from typing import cast

from latebloom.analysis import Analysis
from latebloom.circuits.digits import DigitSpectrum, digit_spectrum, run_sums
from latebloom.claims.claim import Claim, SweepClaim, register, statistic
from latebloom.claims.parts import (
    EACH_CHANGES,
    EACH_CHANGES_FINDING,
    PARTS_EXPLAIN,
    PARTS_EXPLAIN_FINDING,
    parts_that_change,
)
from latebloom.claims.quantity import Undefined, once, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AtLeast, Below, Holds
from latebloom.published import filled
from latebloom.tasks import DigitAddition

_PLACE = 'W, "Speculation: Phase Changes are Everywhere"'
_FIRST = 2


def _neighbours(analysis: Analysis) -> int:
    neighbours = len(analysis.parts.changes.order) - 1
    if neighbours < 1:
        raise Undefined("fewer than two parts have a phase change")
    return neighbours


@quantity("neighbours", "the number of neighbours in time among the parts' phase changes")
def neighbouring_changes(analysis: Analysis) -> int:
    return _neighbours(analysis)


@quantity("neighbours", "the number of neighbours in time whose 95 % intervals do not touch")
def neighbouring_changes_apart(analysis: Analysis) -> int:
    _neighbours(analysis)
    return analysis.parts.changes.apart


@quantity("share", "the share of neighbours in time, among the parts' phase changes, whose 95 % intervals do not touch")
def changes_apart_share(analysis: Analysis) -> float:
    return analysis.parts.changes.apart / _neighbours(analysis)


@quantity("", "the order of the parts' phase changes")
def change_order(analysis: Analysis) -> str:
    order = analysis.parts.changes.order
    if len(order) <= _FIRST:
        raise Undefined(f"only {len(order)} digits have a phase change, and {_FIRST + 1} are needed")
    return ", ".join(order)


@quantity("", f"the {_FIRST} earliest phase changes are those of the first {_FIRST} digits")
def leading_digits_first(analysis: Analysis) -> float:
    change_order.measure(analysis)
    first = set(analysis.parts.changes.order[:_FIRST])
    return float(first == set(analysis.task.components[:_FIRST]))


def _interval_ends(analysis: Analysis, high: bool) -> list[float | None]:
    """An end of the interval of each part's phase change, in the order of the task's parts."""
    steps = {part.name: part.step for part in analysis.parts.changes.parts}
    ends = [steps.get(name) for name in analysis.task.components]
    return [None if step is None else step.high if high else step.low for step in ends]


@quantity("steps", "the lower ends of the 95 % intervals of the parts' phase changes")
def change_lows(analysis: Analysis) -> list[float | None]:
    return _interval_ends(analysis, high=False)


@quantity("steps", "the upper ends of the 95 % intervals of the parts' phase changes")
def change_highs(analysis: Analysis) -> list[float | None]:
    return _interval_ends(analysis, high=True)


@once
def _spectrum(analysis: Analysis) -> DigitSpectrum:
    return digit_spectrum(run_sums(analysis.run.checkpoint().model, cast(DigitAddition, analysis.task)).embedding)


def _best(analysis: Analysis) -> int:
    """The frequency over 1 that fewest random orders of the digits have as much of: digits in order along any smooth
    line have much of frequency 1, which alone is no algorithm of waves."""
    spectrum = _spectrum(analysis)
    higher = {k: chance for k, chance in spectrum.above.items() if k > 1}
    if not higher:
        raise Undefined("the digits' embedding does not vary")
    return min(higher, key=lambda k: (higher[k], -spectrum.fraction[k]))


@quantity("share", "the shares of the digit embedding's energy at frequencies 1, 2, …")
def digit_energy(analysis: Analysis) -> list[float]:
    return list(_spectrum(analysis).fraction.values())


@quantity("", "that frequency")
def digit_wave_frequency(analysis: Analysis) -> int:
    return _best(analysis)


_FREQUENCIES_TRIED = 4
_LEVEL = 0.05


@quantity(
    "share",
    "the share of random orders of the digits that have as much energy at some frequency over 1 as the digits' "
    "embedding "
    "has, at the frequency for which they are fewest,",
)
def digit_wave_chance(analysis: Analysis) -> float:
    return _spectrum(analysis).above[_best(analysis)]


def _surely_before(record: Record) -> set[tuple[int, int]]:
    """Pairs of parts of which the first changes before the second: their intervals do not touch."""
    lows, highs = record.value(change_lows.name) or (), record.value(change_highs.name) or ()
    known = [i for i, low in enumerate(lows) if low is not None]
    return {(a, b) for a in known for b in known if highs[a] < lows[b]}


def _turned(records: Sequence[Record]) -> list[str]:
    """Pairs of digits that are surely in one order in one run and in the other in another."""
    sure = [_surely_before(record) for record in records]
    if sum(map(bool, sure)) < 2:
        raise Undefined("needs two runs in which two phase changes are surely apart")
    turned = {tuple(sorted(pair)) for one in sure for pair in one if any(pair[::-1] in other for other in sure)}
    return [f"{a} and {b}" for a, b in sorted(turned)]


@statistic(
    "pairs",
    "the number of pairs of digits whose phase changes come surely (with 95 % intervals that do not touch) in one "
    "order "
    "in one run and in the other in another",
    change_lows,
    change_highs,
)
def turned_pairs(records: Sequence[Record]) -> int:
    return len(_turned(records))


@statistic("", "these pairs of digits", change_lows, change_highs)
def turned_pairs_named(records: Sequence[Record]) -> str:
    return ", ".join(_turned(records)) or "none"


register(
    Claim(
        id="digits-change-each",
        sentence="In 5-digit addition each digit of the answer has a phase change of its own.",
        place=_PLACE,
        published=filled(
            "{digits.phase_changes} of {digits.phase_changes} (W); under 0.5 nats at steps "
            + ", ".join(f"{{digits.digit_{digit}.under_half}}" for digit in range(6))
            + " (published run)"
        ),
        region=EACH_CHANGES,
        shows=parts_that_change,
        finding=EACH_CHANGES_FINDING,
        system="digits",
        figure="component-losses",
    ),
    Claim(
        id="digits-apart",
        sentence="The digits' phase changes are separate: they come at different times.",
        place=_PLACE,
        published="many small non-convexities (a picture)",
        region=AtLeast(changes_apart_share, 0.5, "arbitrary"),
        finding="{neighbouring_changes_apart:.0f} of {neighbouring_changes:.0f} neighbours in time have intervals that "
        "do not touch",
        system="digits",
        figure="component-losses",
    ),
    Claim(
        id="digits-0-and-1-first",
        sentence="Digits 0 and 1 tend to come first.",
        place=_PLACE,
        published="tend to be first",
        region=Holds(leading_digits_first),
        finding="in order: {change_order}",
        system="digits",
        figure="component-losses",
    ),
    SweepClaim(
        id="digits-order-unstable",
        sentence="The order of the digits' phase changes is not stable between runs.",
        place=_PLACE,
        published="not stable between runs",
        region=Above(turned_pairs, 0.0),
        finding="pairs of digits surely in one order in one run and in the other in another: {turned_pairs_named}",
        statistics=(turned_pairs, turned_pairs_named),
        system="digits",
        figure="component-losses",
    ),
    Claim(
        id="digits-make-the-whole",
        sentence="The bumps of the whole loss are the phase changes of its parts.",
        place=_PLACE,
        published=filled("the sum of {digits.phase_changes} components"),
        region=PARTS_EXPLAIN,
        finding=PARTS_EXPLAIN_FINDING,
        system="digits",
        figure="component-losses",
    ),
    Claim(
        id="digits-as-waves",
        sentence="The model that adds 5 digits embeds them as waves, a variant of the trig algorithm (preliminary).",
        place='W, "Future Directions", loose threads',
        published="preliminary",
        region=Below(digit_wave_chance, _LEVEL / _FREQUENCIES_TRIED, "5 % shared among four frequencies"),
        finding="energy by frequency from 1: {digit_energy:.0%}; {digit_wave_chance:.1%} of random orders have as "
        "much at "
        "frequency {digit_wave_frequency:.0f}",
        system="digits",
        figure="digit-fourier",
    ),
    Claim(
        id="digits-15-change-each",
        sentence=filled("In 15-digit addition there are {digits_15.phase_changes} separate phase changes."),
        place=_PLACE,
        published=filled("{digits_15.phase_changes}"),
        region=EACH_CHANGES,
        shows=parts_that_change,
        finding=EACH_CHANGES_FINDING,
        system="digits-15",
        figure="component-losses",
    ),
)
