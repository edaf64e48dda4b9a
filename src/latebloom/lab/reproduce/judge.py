"""The verdicts on one system's claims, from the stored records of its runs."""

from collections.abc import Sequence

from latebloom.claims import CLAIMS, Claim, Pooled, Record, SweepClaim, Verdict, pool
from latebloom.claims.claim import not_measured
from latebloom.lab.reproduce.result import ClaimResult, EarlierVerdict


def judge_system(
    system: str, records: Sequence[Record], command: str, history: Sequence[EarlierVerdict] = ()
) -> list[ClaimResult]:
    """Every claim about the system, judged on these records.

    A claim about single runs is judged on each and pooled; one about many runs is judged once. Records that lack a
    quantity of a claim do not count for it; without any the claim is not measured, and ``command`` measures it, with
    ``--again`` where records of these runs exist.
    history: verdicts of earlier rules; a claim keeps those that differ from its verdict now.
    """
    claims = (claim for claim in CLAIMS.values() if claim.system == system)
    return [_entry(claim, records, command, [one for one in history if one.id == claim.id]) for claim in claims]


def _entry(
    claim: Claim | SweepClaim, records: Sequence[Record], command: str, history: Sequence[EarlierVerdict]
) -> ClaimResult:
    measured = [record for record in records if record.has(claim.quantities)]
    command += " --again" if records and not measured else ""
    verdict = _verdict(claim, measured) if measured else not_measured(f"not measured yet: {command}")
    return ClaimResult.model_validate(
        {
            **{name: getattr(claim, name) for name in _COPIED},
            **(verdict if isinstance(verdict, Pooled) else Pooled(**dict(verdict))).model_dump(),
            "runs": len(measured),
            "command": None if measured else command,
            "history": tuple(one for one in history if one.state != verdict.state),
        }
    )


_COPIED = ("id", "sentence", "place", "write_up", "rule", "system", "figure")


def _verdict(claim: Claim | SweepClaim, records: Sequence[Record]) -> Verdict:
    if isinstance(claim, SweepClaim):
        return claim.verdict(records)
    return pool({record.run: claim.verdict(record) for record in records})
