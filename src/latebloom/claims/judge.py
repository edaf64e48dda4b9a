"""One run and the claims that are about it."""

from latebloom.claims.claim import CLAIMS, Claim
from latebloom.claims.record import Record, record_run
from latebloom.claims.verdict import Verdict
from latebloom.runs import Run


def measure_claims(run: Run) -> Record:
    """The record of a run with the quantities of every claim about such a run."""
    names = (name for claim in _about(run) for name in claim.quantities)
    return record_run(run, dict.fromkeys(names))


def judge_record(record: Record) -> dict[str, Verdict]:
    """The verdicts on the claims about single runs whose quantities the record has, by id."""
    claims = (claim for claim in CLAIMS.values() if isinstance(claim, Claim))
    return {claim.id: claim.verdict(record) for claim in claims if record.has(claim.quantities)}


def judge(run: Run) -> dict[str, Verdict]:
    """Measure a run and judge it: the verdict on every claim about such a run, by id; empty where there is none."""
    record = measure_claims(run)
    return {claim.id: claim.verdict(record) for claim in _about(run)}


def _about(run: Run) -> list[Claim]:
    return [claim for claim in CLAIMS.values() if isinstance(claim, Claim) and claim.applies(run)]
