"""Verdicts: of one run, and of many runs together by the share of them that uphold a claim."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import comb, isfinite
from typing import Literal, get_args

from pydantic import ConfigDict, Field

from latebloom._config import Config
from latebloom.claims.quantity import FEWEST_RUNS, Measurement, percent
from latebloom.statistics import Estimate, median_estimate, share

State = Literal["holds", "fails", "undecided", "not measured"]
STATES: tuple[State, ...] = get_args(State)


def agreeing(state: State, count: int) -> str:
    """The state in agreement with a number of claims: one "holds", two "hold"; "undecided" has one form."""
    return state.removesuffix("s") if count != 1 and state in ("holds", "fails") else state


def verb(state: State, count: int) -> str:
    """The state as the verb of a sentence about one or more claims: "hold", "is undecided"."""
    return agreeing(state, count) if state in ("holds", "fails") else f"{'is' if count == 1 else 'are'} {state}"


MOST, FEW = 0.8, 0.2
"""What "most" and "few" mean in a rule on a share: four of five, one of five. Arbitrary."""

HALF = 0.5
"""The share of the runs that a claim about single runs must exceed where it names no other."""

JUDGING = (
    "A verdict compares a 95 % interval with the region in which the claim holds: it holds if the whole interval lies "
    "in the region, fails if the whole interval lies outside, and is undecided if the interval crosses an edge. For a "
    "claim about single runs the interval is Wilson's for the share of the deciding runs that uphold it, and the "
    "region is more than half of the runs where the claim names no other share; it is also undecided where fewer than "
    "half of the runs decide. For a claim about many runs the interval is that of the statistic in its rule. Fewer "
    f"than {FEWEST_RUNS} runs never hold or fail."
)
"""The rule in words."""

ONE_SIDED = 0.025
"""The chance that the 95 % interval of a statistic lies above, or below, an edge that is the truth."""

NULL = (
    "every claim is exactly at the edge of its region: a claim about single runs is upheld by each run with the "
    "probability that the claim must exceed (one half where it names no other), independently, and the statistic of a "
    "claim about many runs is at its edge, so that its interval lies in the region with probability "
    f"{100 * ONE_SIDED:g} %"
)
"""The null hypothesis behind the expected number of verdicts that hold by chance."""


class Verdict(Config):
    """What one run, or one set of runs, says about one claim.

    state: stored as ``outcome``. value: the number that was judged; None where there is none. finding: what was
    measured, in words, or why the claim is undecided or not measured; stored as ``found``.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    state: State = Field(alias="outcome")
    value: float | None
    finding: str = Field(alias="found")


class Pooled(Verdict):
    """The verdict of several runs. value, low, high: the effect with its 95 % interval, None where there is none: for a
    claim about single runs the median of what was judged, else the statistic. share: of the deciding runs, those that
    uphold a claim about single runs. chance: the probability that the claim would hold if it were at its edge (`NULL`).
    n: runs that decide; for a claim about many runs those of the smallest arm of its statistic. finding: that of the
    run nearest to the median. by_run: each run's own verdict. statistics: for a claim about many runs, everything that
    its rule and its finding read, by name, so that a control stands beside the effect with an interval of its own."""

    low: float | None = None
    high: float | None = None
    share: Estimate | None = None
    chance: float | None = None
    n: int | None = None
    holds: int = 0
    fails: int = 0
    undecided: int = 0
    by_run: dict[str, Verdict] = Field(default_factory=dict)
    statistics: dict[str, Measurement] = Field(default_factory=dict)


def pool(verdicts: Mapping[str, Verdict], most: float = HALF, shown: Mapping[str, float] | None = None) -> Pooled:
    """The verdict over runs, from each run's (at least one), by `JUDGING`.

    most: the share of runs that must uphold the claim. shown: the number beside each run's verdict, which may be
    infinite for a step that was not reached; by default the value of each verdict that decides.
    """
    counts = {name: sum(v.state == name for v in verdicts.values()) for name in ("holds", "fails", "undecided")}
    decided = counts["holds"] + counts["fails"]
    upheld = share(counts["holds"], decided)
    enough = decided >= FEWEST_RUNS and 2 * decided >= len(verdicts)
    state: State = _state(upheld, most) if enough else "undecided"
    deciding = {run: v for run, v in verdicts.items() if v.state in ("holds", "fails")}
    numbers = {run: v.value for run, v in deciding.items() if v.value is not None} if shown is None else shown
    effect = median_estimate([number for run, number in numbers.items() if run in deciding])
    return Pooled(
        state=state,
        value=effect.value,
        low=effect.low,
        high=effect.high,
        share=upheld if decided else None,
        chance=chance_to_hold(decided, most) if enough else 0.0,
        n=decided,
        finding=_typical(list(verdicts.values()), state, effect.value),
        by_run=dict(verdicts),
        **counts,
    )


@cache
def chance_to_hold(n: int, most: float = HALF) -> float:
    """The probability that n deciding runs let a claim hold if each upholds it with probability ``most``: the sum of
    the binomial probabilities of every count whose interval lies above ``most``."""
    if n < FEWEST_RUNS:
        return 0.0
    upheld = (count for count in range(n + 1) if _state(share(count, n), most) == "holds")
    return float(sum(comb(n, count) * most**count * (1 - most) ** (n - count) for count in upheld))


def share_text(most: float, because: str | None) -> str:
    """How many runs must uphold a claim that does not ask for more than half of them."""
    return f" Over many runs: more than {percent(most)} of those that decide uphold it" + (
        f" ({because})." if because else "."
    )


def _state(upheld: Estimate, most: float) -> State:
    """Where the interval of a share lies."""
    if upheld.low is None or upheld.high is None:
        return "undecided"
    return "holds" if upheld.low > most else "fails" if upheld.high < most else "undecided"


def _typical(verdicts: list[Verdict], state: State, middle: float | None) -> str:
    """The finding of the run nearest to the median, among those with the pooled state if there are any."""
    alike = [verdict for verdict in verdicts if verdict.state == state] or verdicts
    with_value = [verdict for verdict in alike if verdict.value is not None]
    if middle is None or not isfinite(middle) or not with_value:
        return alike[0].finding
    return min(with_value, key=lambda verdict: abs((verdict.value or 0.0) - middle)).finding
