"""One run and the claims that are about it."""

from latebloom.analysis import Analysis, analyse
from latebloom.claims.claim import CLAIMS, Claim
from latebloom.claims.record import Record, record_run
from latebloom.claims.verdict import Verdict
from latebloom.runs import Run


def measure_claims(run: Run | Analysis) -> Record:
    """The record of a run with the quantities of every claim about such a run."""
    analysis = analyse(run)
    names = (name for claim in _about(analysis.run) for name in claim.quantities)
    return record_run(analysis, dict.fromkeys(names))


def judge(run: Run, record: Record | None = None) -> dict[str, Verdict]:
    """The verdict on every claim about such a run, by id; empty where there is none.

    record: the measured quantities of the run; they are measured by default.
    """
    record = measure_claims(run) if record is None else record
    return {claim.id: claim.verdict(record) for claim in _about(run)}


def _about(run: Run) -> list[Claim]:
    return [claim for claim in CLAIMS.values() if isinstance(claim, Claim) and claim.applies(run)]
