"""The verdicts on one system's claims, from its runs."""

from collections.abc import Sequence
from typing import Any

from latebloom._errors import LatebloomError
from latebloom.claims import CLAIMS, Claim, Evidence, Pooled, SweepClaim, Verdict, pool
from latebloom.claims.claim import undecided
from latebloom.lab.reproduce.result import ClaimResult
from latebloom.runs import Run

_NOTHING = Verdict(outcome="undecided", value=None, found="no run of it is finished in this budget")


def judge_system(system: str, runs: Sequence[Run], why: str | None = None) -> list[ClaimResult]:
    """Every claim about the system, judged on these runs; all undecided, for the reason ``why``, where there are none.

    A claim about single runs is judged on each and pooled; one about many runs is judged once.
    """
    mine = [claim for claim in CLAIMS if claim.system == system]
    if not runs:
        none = _NOTHING if why is None else _NOTHING.model_copy(update={"found": why})
        return [_entry(claim, none, 0) for claim in mine]
    single = [claim for claim in mine if isinstance(claim, Claim)]
    by_run: dict[str, dict[str, Verdict]] = {claim.id: {} for claim in single}
    for run in runs:  # One after the other: what is computed for a run is let go before the next.
        evidence = Evidence(run)
        for claim in single:
            by_run[claim.id][run.path.name] = _verdict(claim, evidence)
    many = [Evidence(run) for run in runs]
    return [
        _entry(claim, _verdict(claim, many) if isinstance(claim, SweepClaim) else pool(by_run[claim.id]), len(runs))
        for claim in mine
    ]


def _verdict(claim: Claim | SweepClaim, evidence: Any) -> Verdict:
    """What cannot be judged, since a file is damaged, say, must not keep the others from it."""
    try:
        return claim.verdict(evidence)
    except LatebloomError as error:
        return undecided(str(error))


def _entry(claim: Claim | SweepClaim, verdict: Verdict | Pooled, runs: int) -> ClaimResult:
    told = {name: getattr(claim, name) for name in ("id", "sentence", "place", "write_up", "rule", "system", "figure")}
    spread: dict[str, Any] = {"low": None, "high": None, "holds": 0, "fails": 0, "undecided": 0, "by_run": {}}
    return ClaimResult.model_validate({**spread, **told, **verdict.model_dump(), "runs": runs})
