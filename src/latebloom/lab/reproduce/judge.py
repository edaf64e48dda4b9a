"""The verdicts on one system's claims, from the stored records of its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from latebloom.claims import CLAIMS, Claim, Pooled, Record, SweepClaim
from latebloom.claims.claim import not_measured
from latebloom.lab.reproduce.result import ClaimResult, EarlierRuns, EarlierVerdict
from latebloom.lab.reproduce.rules import SHORT, Rules
from latebloom.tasks import ModularAddition

PUBLISHED_P = ModularAddition().p
"""The write-up's modulus."""


@dataclass(frozen=True)
class Standard:
    """By what verdicts are reached.

    rules: the frozen rules; None where nothing is frozen, so that every run counts. only_frozen: whether only runs that
    were made for a frozen rule count for it, as in the full budget. history: verdicts of earlier rules. reasons: why a
    verdict changed, by the id of its claim.
    """

    rules: Rules | None = None
    only_frozen: bool = False
    history: Sequence[EarlierVerdict] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)


def judge_system(
    system: str,
    records: Sequence[Record],
    command: str,
    standard: Standard = Standard(),
    others: Sequence[Record] = (),
) -> list[ClaimResult]:
    """Every claim about the system, judged on these records.

    Records that lack a quantity of a claim do not count for it; without any the claim is not measured, and ``command``
    measures it, with ``--again`` where records of these runs exist. Runs that were not made for the frozen rule, and
    ``others``, earlier runs of the system, give a second verdict, which is never mixed with the first.
    A claim keeps those verdicts of earlier rules that differ from its verdict now.
    """
    claims = (claim for claim in CLAIMS.values() if claim.system == system)
    return [_entry(claim, records, command, standard, others) for claim in claims]


def _entry(
    claim: Claim | SweepClaim, records: Sequence[Record], command: str, standard: Standard, others: Sequence[Record]
) -> ClaimResult:
    rule = None if standard.rules is None else standard.rules.standing(claim)
    made = [record for record in records if rule is not None and rule.counts(record)]
    counted = made if standard.rules is not None and standard.only_frozen else records
    measured = [record for record in counted if record.has(claim.quantities)]
    command += " --again" if counted and not measured else ""
    verdict = claim.pooled(measured) if measured else _not_measured(command, standard, counted, records)
    ids = {record.identity for record in counted}
    rest = {r.identity: r for r in (*records, *others) if r.identity not in ids and r.has(claim.quantities)}
    history = tuple(one for one in standard.history if one.id == claim.id and one.state != verdict.state)
    return ClaimResult.model_validate(
        {
            **{name: getattr(claim, name) for name in _COPIED},
            **verdict.model_dump(),
            "runs": len(measured),
            "command": None if measured else command,
            "rule_hash": None if rule is None else rule.hash[:SHORT],
            "made_for_rule": bool(measured) and all(record in made for record in measured),
            "smaller_p": _smaller(measured),
            "earlier_runs": _earlier(claim, list(rest.values())),
            "history": history,
            "reason": standard.reasons.get(claim.id),
        }
    )


_COPIED = ("id", "sentence", "place", "write_up", "rule", "system", "figure")


def _not_measured(command: str, standard: Standard, counted: Sequence[Record], records: Sequence[Record]) -> Pooled:
    waits = standard.only_frozen and standard.rules is not None and records and not counted
    reason = "no run was made for the frozen rule yet" if waits else "not measured yet"
    return Pooled(**dict(not_measured(f"{reason}: {command}")))


def _earlier(claim: Claim | SweepClaim, records: Sequence[Record]) -> EarlierRuns | None:
    """The verdict on runs that do not count; None without any."""
    if not records:
        return None
    found = claim.pooled(records)
    fields = {name: getattr(found, name) for name in ("state", "value", "low", "high", "finding", "holds", "fails")}
    return EarlierRuns(**fields, undecided=found.undecided, runs=len(records))


def _smaller(records: Sequence[Record]) -> tuple[int, ...]:
    """The moduli of the runs that are smaller than the write-up's."""
    moduli = {record.setting("task.p") for record in records}
    return tuple(sorted(p for p in moduli if p is not None and p < PUBLISHED_P))
