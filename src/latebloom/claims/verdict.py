"""Verdicts: of one run, and of several runs together."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Literal, get_args

from pydantic import ConfigDict, Field

from latebloom._config import Config

State = Literal["holds", "fails", "undecided", "not measured"]
STATES: tuple[State, ...] = get_args(State)

MOST, FEW = 0.8, 0.2
"""A claim holds where at least this share of the runs that decide uphold it, and fails where at most that share does;
between the two it is undecided, and where fewer than half of the runs decide. Arbitrary: four of five, one of five."""

POOLING = (
    f"A claim about single runs holds where at least {100 * MOST:g} % of the runs that decide uphold it, fails where "
    "at most "
    f"{100 * FEW:g} % do, and is undecided otherwise, or where fewer than half of the runs decide."
)
"""The rule in words."""


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
    """The verdict of several runs. value, low, high: median and range of what was judged, None where no run has a
    value. finding: that of the run nearest to the median. by_run: each run's own verdict."""

    low: float | None = None
    high: float | None = None
    holds: int = 0
    fails: int = 0
    undecided: int = 0
    by_run: dict[str, Verdict] = Field(default_factory=dict)


def pool(verdicts: Mapping[str, Verdict]) -> Pooled:
    """The verdict over runs, from each run's (at least one)."""
    counts = {name: sum(v.state == name for v in verdicts.values()) for name in ("holds", "fails", "undecided")}
    decided = counts["holds"] + counts["fails"]
    share = counts["holds"] / decided if 2 * decided >= len(verdicts) else 0.5
    state: State = "holds" if share >= MOST else "fails" if share <= FEW else "undecided"
    values = [v.value for v in verdicts.values() if v.value is not None and v.state != "undecided"]
    middle = median(values) if values else None
    return Pooled(
        state=state,
        value=middle,
        low=min(values, default=None),
        high=max(values, default=None),
        finding=_typical(list(verdicts.values()), state, middle),
        by_run=dict(verdicts),
        **counts,
    )


def _typical(verdicts: list[Verdict], state: State, middle: float | None) -> str:
    """The finding of the run nearest to the median, among those with the pooled state if there are any."""
    alike = [verdict for verdict in verdicts if verdict.state == state] or verdicts
    with_value = [verdict for verdict in alike if verdict.value is not None]
    if middle is None or not with_value:
        return alike[0].finding
    return min(with_value, key=lambda verdict: abs((verdict.value or 0.0) - middle)).finding
