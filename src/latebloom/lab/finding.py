"""The verdict on one claim over stored runs, and how many runs would decide it."""

from __future__ import annotations

from collections.abc import Sequence

from latebloom._config import Config
from latebloom.claims import Claim, Pooled, Record, State, SweepClaim
from latebloom.claims.claim import not_measured
from latebloom.claims.quantity import FEWEST_RUNS
from latebloom.claims.region import Between
from latebloom.statistics import runs_for_share, runs_for_value


class Finding(Config):
    """The verdict on one claim. value, low, high: the number that decides it, with its 95 % interval. finding: what was
    measured, in words, or why there is no verdict. runs: the number that the interval rests on, of the smallest arm
    where there are several; None without one. runs_to_decide: how many would decide an undecided claim
    (`runs_to_decide`)."""

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
    why = "its quantities have not been measured" if records else "there are no runs"
    return as_finding(claim, claim.pooled(known) if known else Pooled(**dict(not_measured(why))))


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
        runs_to_decide=runs_to_decide(claim, verdict),
    )


def runs_to_decide(claim: Claim | SweepClaim, verdict: Pooled) -> int | None:
    """How many runs, of each arm where there are several, would decide an undecided claim if they went like these; None
    where it is decided, where no number would, or where something else than this number leaves it open."""
    if verdict.state != "undecided" or not verdict.n or _too_few_decide(verdict):
        return None
    wanted = _for_share(claim, verdict) if isinstance(claim, Claim) else _for_value(claim, verdict)
    number = 0 if wanted is None else max(wanted, FEWEST_RUNS)
    return number if number > verdict.n else None


def _too_few_decide(verdict: Pooled) -> bool:
    """Whether more than half of the runs decide nothing, so that a claim about single runs stays undecided (`pool`)."""
    return 2 * (verdict.holds + verdict.fails) < len(verdict.by_run)


def _for_share(claim: Claim, verdict: Pooled) -> int | None:
    part = None if verdict.share is None else verdict.share.value
    return None if part is None else runs_for_share(part, claim.most)


def _for_value(claim: SweepClaim, verdict: Pooled) -> int | None:
    value, n, region = verdict.value, verdict.n, claim.region
    edges = (region.low, region.high) if isinstance(region, Between) else (getattr(region, "edge", None),)
    numbers = [
        runs_for_value(value, verdict.low, verdict.high, n, edge)
        for edge in edges
        if value is not None and n is not None and isinstance(edge, int | float)
    ]
    known = [number for number in numbers if number is not None]
    return max(known) if known and len(known) == len(edges) else None


def outlook(claim: Claim | SweepClaim, verdict: Pooled) -> str | None:
    """What more runs like these would do about an undecided verdict, as a clause; None where that is not known."""
    number = runs_to_decide(claim, verdict)
    if number is not None:
        return f"about {number} would decide"
    even = isinstance(claim, Claim) and verdict.share is not None and verdict.share.value == claim.most
    never = even or _too_few_decide(verdict)
    return "no number of such runs would decide" if never and verdict.state == "undecided" else None
