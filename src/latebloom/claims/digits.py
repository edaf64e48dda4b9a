"""Claims about addition digit by digit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np
import scipy

from latebloom.analysis import Analysis
from latebloom.circuits.digits.settings import FEW, HIGHER, RELABELLINGS
from latebloom.claims.claim import Claim, Statistic, SweepClaim, register, statistic
from latebloom.claims.parts import (
    EACH_CHANGES,
    EACH_CHANGES_FINDING,
    PARTS_EXPLAIN,
    PARTS_EXPLAIN_FINDING,
    parts_that_change,
)
from latebloom.claims.quantity import FEWEST_RUNS, Quantity, Undefined, once, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, AtLeast, Below, Holds
from latebloom.published import filled
from latebloom.statistics import LEVEL, Estimate, median_estimate
from latebloom.tasks import DigitAddition

if TYPE_CHECKING:
    from latebloom.circuits.digits import DigitAlgorithm, LogitShares, NeuronShares, WaveTest


T = TypeVar("T")

_PLACE = 'W, "Speculation: Phase Changes are Everywhere"'
_THREADS = 'W, "Future Directions", loose threads'

_FALSE_ORDER = 0.05
"""The share of orders that are wrong although 95 % intervals do not touch is less than this."""

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
def _algorithm(analysis: Analysis) -> DigitAlgorithm:
    from latebloom.circuits.digits import digit_algorithm, run_sums

    return digit_algorithm(run_sums(analysis.run.checkpoint().model, cast(DigitAddition, analysis.task)))


def _defined(part: T | None, what: str) -> T:
    if part is None:
        raise Undefined(f"{what} do not vary")
    return part


def _embedding(analysis: Analysis) -> WaveTest:
    return _defined(_algorithm(analysis).embedding, "the digits' embeddings")


def _neurons(analysis: Analysis) -> NeuronShares:
    return _defined(_algorithm(analysis).neurons, "the neurons")


def _logits(analysis: Analysis) -> LogitShares:
    return _defined(_algorithm(analysis).logits, "the logits")


@quantity(
    "times",
    f"the share of the digit embedding's energy at its strongest frequency from {HIGHER} on, over the average of that "
    "share after random relabellings of the digits",
)
def digit_wave_excess(analysis: Analysis) -> float:
    return _embedding(analysis).excess


@quantity(
    "",
    f"(b + 1) / (m + 1), where b of m = {RELABELLINGS} random relabellings of the digits have at least as large a "
    "share at their strongest frequency",
)
def digit_wave_p(analysis: Analysis) -> float:
    return _embedding(analysis).p


def _beyond(analysis: Analysis, share: float) -> float:
    beyond = _neurons(analysis).beyond(share)
    if beyond is None:
        raise Undefined("the two digits explain no more of the neurons than random pairings of them do")
    return beyond


_NEURON_SCALE = "on a scale from random pairings x + π(y) (0) to any function of the two digits (1), carries given"


@quantity("share", f"the neurons' variance that functions of the digits' sum x + y explain, {_NEURON_SCALE},")
def neuron_sum_share(analysis: Analysis) -> float:
    return _beyond(analysis, _neurons(analysis).sum)


@quantity("share", f"the neurons' variance that functions of the difference x - y explain, {_NEURON_SCALE},")
def neuron_difference_share(analysis: Analysis) -> float:
    return _beyond(analysis, _neurons(analysis).difference)


@quantity("share", "how much more of the neurons functions of the sum explain than functions of the difference")
def neuron_sum_lead(analysis: Analysis) -> float:
    found = _neurons(analysis)
    return _beyond(analysis, found.sum) - _beyond(analysis, found.difference)


@quantity(
    "share",
    f"the share of the {FEW} strongest frequencies in the neurons' mean activations by the right digit",
)
def neuron_wave_share(analysis: Analysis) -> float:
    return _defined(_neurons(analysis).waves, "the neurons").share


@quantity(
    "times",
    f"the share of the {FEW} strongest frequencies in the neurons' mean activations by the right digit, over its "
    "average after random relabellings of the digits",
)
def neuron_wave_excess(analysis: Analysis) -> float:
    return _defined(_neurons(analysis).waves, "the neurons").excess


@quantity(
    "share",
    f"the logits' variance along cos 2πk(z - s)/10 at the best {FEW} frequencies k, s = (x + y + carry) mod 10,",
)
def logit_cosine_share(analysis: Analysis) -> float:
    return _logits(analysis).cosines


@quantity("share", "the logits' variance along the same cosines with s = (x - y + carry) mod 10")
def logit_difference_share(analysis: Analysis) -> float:
    return _logits(analysis).difference


@quantity(
    "times",
    f"the share of the {FEW} strongest frequencies in the logits' cosines over its average after random relabellings "
    "of the digits",
)
def logit_wave_excess(analysis: Analysis) -> float:
    return _defined(_logits(analysis).waves, "the logits").excess


def _median_of(one: Quantity) -> Statistic:
    """The median over runs, with its interval."""

    def compute(records: Sequence[Record]) -> Estimate:
        return median_estimate([record.value(one.name) for record in records])

    return statistic(one.unit, f"the median over runs of {one.formula}", one, name=f"median_{one.name}")(compute)


EMBEDDING = _median_of(digit_wave_excess)
SUM, SUM_LEAD, NEURON_WAVES = map(_median_of, (neuron_sum_share, neuron_sum_lead, neuron_wave_excess))
DIFFERENCE, NEURON_WAVE_SHARE = map(_median_of, (neuron_difference_share, neuron_wave_share))
COSINES, COSINES_CONTROL, LOGIT_WAVES = map(_median_of, (logit_cosine_share, logit_difference_share, logit_wave_excess))


@statistic("", "the p-values of all runs combined by Fisher's method", digit_wave_p)
def embedding_p(records: Sequence[Record]) -> float:
    known = [record.value(digit_wave_p.name) for record in records if record.value(digit_wave_p.name) is not None]
    if not known:
        raise Undefined("no run has a p-value")
    return float(scipy.stats.combine_pvalues(known).pvalue)


_WAVES = Above(EMBEDDING, 1.0, "relabelled digits")
_NEURONS = AllOf(
    Above(SUM, 0.0, "random pairings"), Above(SUM_LEAD, 0.0), Above(NEURON_WAVES, 1.0, "relabelled digits")
)
_LOGITS = AllOf(
    AtLeast(COSINES, 0.5, "most of it; a lookup without an order of the digits has 4/9"),
    Below(COSINES_CONTROL, 0.5),
    Above(LOGIT_WAVES, 1.0, "relabelled digits"),
)
_EMBEDDING_FINDING = (
    f"embedding {{{EMBEDDING.name}:.2f}} times relabelled digits ({{{EMBEDDING.name}.low:.2f}} to "
    f"{{{EMBEDDING.name}.high:.2f}}; Fisher's p = {{{embedding_p.name}:.2g}})"
)
_NEURONS_FINDING = (
    f"neurons: {{{SUM.name}:.0%}} by the sum, {{{DIFFERENCE.name}:.0%}} by the difference (lead "
    f"{{{SUM_LEAD.name}.low:.1%}} to {{{SUM_LEAD.name}.high:.1%}}); two waves have {{{NEURON_WAVE_SHARE.name}:.0%}}, "
    f"{{{NEURON_WAVES.name}:.2f}} times relabelled digits"
)
_LOGITS_FINDING = (
    f"logits: cosines of two frequencies explain {{{COSINES.name}:.0%}} ({{{COSINES_CONTROL.name}:.1%}} with x - y), "
    f"{{{LOGIT_WAVES.name}:.2f}} times relabelled digits"
)
_EMBEDDING_STATISTICS = (EMBEDDING, embedding_p)
_NEURON_STATISTICS = (SUM, DIFFERENCE, SUM_LEAD, NEURON_WAVES, NEURON_WAVE_SHARE)
_LOGIT_STATISTICS = (COSINES, COSINES_CONTROL, LOGIT_WAVES)


def _surely_before(record: Record) -> set[tuple[int, int]]:
    """Pairs of parts of which the first changes before the second: their intervals do not touch."""
    lows, highs = record.value(change_lows.name) or (), record.value(change_highs.name) or ()
    known = [i for i, low in enumerate(lows) if low is not None]
    return {(a, b) for a in known for b in known if highs[a] < lows[b]}


def _turned(one: Record, other: Record) -> list[bool]:
    """For each pair of digits that is surely apart in both runs: whether the two runs have it in opposite orders."""
    first, second = _surely_before(one), _surely_before(other)
    return [False] * len(first & second) + [True] * sum(pair[::-1] in second for pair in first)


def _share_turned(records: Sequence[Record]) -> float | None:
    turned = [pair for one, other in combinations(records, 2) for pair in _turned(one, other)]
    return sum(turned) / len(turned) if turned else None


@statistic(
    "share",
    "over all pairs of runs, the share of the pairs of digits that are surely apart in both (95 % intervals that do "
    "not touch) and come in opposite orders; 0 for a stable order, half for random orders,",
    change_lows,
    change_highs,
)
def turned_share(records: Sequence[Record]) -> Estimate:
    """The interval is the jackknife's over runs, which is made for means over pairs of runs.

    Source: Arvesen, "Jackknifing U-statistics", Annals of Mathematical Statistics 40 (1969).
    """
    share, n = _share_turned(records), len(records)
    if share is None:
        raise Undefined("needs two runs in which two phase changes are surely apart")
    without = [_share_turned([*records[:i], *records[i + 1 :]]) for i in range(n)]
    known = np.array([one for one in without if one is not None])
    if n < FEWEST_RUNS or len(known) < n:
        return Estimate(value=share, n=n, reason=f"{n} runs give no interval")
    pseudo = n * share - (n - 1) * known
    half = float(scipy.stats.t.ppf((1 + LEVEL) / 2, n - 1) * pseudo.std(ddof=1) / np.sqrt(n))
    return Estimate(value=share, low=max(0.0, share - half), high=min(1.0, share + half), n=n)


@statistic(
    "",
    "the pairs of digits that come surely in one order in one run and in the other in another",
    change_lows,
    change_highs,
)
def turned_pairs_named(records: Sequence[Record]) -> str:
    sure = [_surely_before(record) for record in records]
    turned = {tuple(sorted(pair)) for one in sure for pair in one if any(pair[::-1] in other for other in sure)}
    return ", ".join(f"{a} and {b}" for a, b in sorted(turned)) or "none"


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
        region=AtLeast(changes_apart_share, 0.5, "most of them"),
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
        region=Above(turned_share, _FALSE_ORDER, "orders that 95 % intervals get wrong by chance"),
        finding=f"{{{turned_share.name}:.0%}} of pairs ({{{turned_share.name}.low:.0%}} to "
        f"{{{turned_share.name}.high:.0%}}) come in opposite orders in two runs: {{{turned_pairs_named.name}}}",
        statistics=(turned_share, turned_pairs_named),
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
    SweepClaim(
        id="digits-embedding-waves",
        sentence="The model that adds 5 digits embeds the digits as waves mod 10.",
        place=_THREADS,
        published="preliminary",
        region=_WAVES,
        finding=_EMBEDDING_FINDING,
        statistics=_EMBEDDING_STATISTICS,
        system="digits",
        figure="digit-fourier",
    ),
    SweepClaim(
        id="digits-neurons-waves",
        sentence="At each digit of the answer the neurons are functions of the two digits' sum, made of waves mod 10.",
        place=_THREADS,
        published="preliminary",
        region=_NEURONS,
        finding=_NEURONS_FINDING,
        statistics=_NEURON_STATISTICS,
        system="digits",
        figure="digit-fourier",
    ),
    SweepClaim(
        id="digits-logits-waves",
        sentence="Its logits for each digit of the answer are cosines of the answer minus the right digit.",
        place=_THREADS,
        published="preliminary",
        region=_LOGITS,
        finding=_LOGITS_FINDING,
        statistics=_LOGIT_STATISTICS,
        system="digits",
        figure="digit-fourier",
    ),
    SweepClaim(
        id="digits-as-waves",
        sentence="The model that adds 5 digits uses a variant of the trig algorithm (preliminary).",
        place=_THREADS,
        published="preliminary",
        region=AllOf(_WAVES, _NEURONS, _LOGITS),
        finding=f"{_EMBEDDING_FINDING}; {_NEURONS_FINDING}; {_LOGITS_FINDING}",
        statistics=(*_EMBEDDING_STATISTICS, *_NEURON_STATISTICS, *_LOGIT_STATISTICS),
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
