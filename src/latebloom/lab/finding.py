"""The verdict on one claim over stored runs, and how many runs would decide it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from latebloom._config import Config
from latebloom.claims import Claim, Pooled, Record, State, SweepClaim
from latebloom.claims.claim import not_measured


class Finding(Config):
    """The verdict on one claim. value, low, high: the number that decides it, with its 95 % interval. finding: what was
    measured, in words, or why there is no verdict. runs: the number that the interval rests on, of the smallest arm
    where there are several; None without one. runs_to_decide: how many would decide an undecided claim, if the value
    stayed and the interval shrank as 1 / √runs; None where it is decided, where the interval is open, or where more
    than one number decides."""

    id: str
    sentence: str
    rule: str
    state: State
    value: float | None
    low: float | None
    high: float | None
    finding: str
    runs: int | None
    runs_to_decide: int | None


def finding_of(claim: Claim | SweepClaim, records: Sequence[Record]) -> Finding:
    """Judge a claim on those records that hold its quantities; runs that diverged decide nothing."""
    known = [record for record in records if record.has(claim.quantities)]
    return as_finding(claim, claim.pooled(known) if known else Pooled(**dict(not_measured("there are no runs"))))


def as_finding(claim: Claim | SweepClaim, verdict: Pooled) -> Finding:
    """A verdict on a claim, as it is stored."""
    return Finding(
        id=claim.id,
        sentence=claim.sentence,
        rule=claim.rule,
        state=verdict.state,
        value=verdict.value,
        low=verdict.low,
        high=verdict.high,
        finding=verdict.finding,
        runs=verdict.n,
        runs_to_decide=_runs_to_decide(claim, verdict),
    )


def _runs_to_decide(claim: Claim | SweepClaim, verdict: Pooled) -> int | None:
    """How many runs of each arm would move the end of the interval that lies beyond the edge onto it."""
    value, n, edge = verdict.value, verdict.n, getattr(claim.region, "edge", None)
    if verdict.state != "undecided" or value is None or n is None or value == edge:
        return None
    if not isinstance(claim, SweepClaim) or not isinstance(edge, int | float):
        return None
    end = verdict.low if value > edge else verdict.high
    return None if end is None else ceil(n * ((value - end) / (value - edge)) ** 2)
