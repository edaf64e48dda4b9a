"""Frozen rules: the text of every rule with its hash and date, fixed before the runs that judge it exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, Field, ValidationError

from latebloom._config import Config
from latebloom._errors import UsageError, first_problem
from latebloom.claims import CLAIMS, JUDGING, Claim, Record, SweepClaim
from latebloom.claims.measured_terms import terms_of
from latebloom.claims.record import made_after
from latebloom.lab.frozen import content_hash, next_second
from latebloom.lab.reproduce.catalogue import catalogue
from latebloom.runs.environment import git_commit
from latebloom.store import atomic_write, made_folder
from latebloom.store.documents import read_json

FILE = "rules.json"
"""The file of the rules, beside the directory of records."""

SHORT = 12
"""Digits of a hash that a verdict names."""


class Rule(Config):
    """One frozen rule.

    measurements: unit and formula of each quantity and statistic that the rule reads, by name. sweeps: recipe, grid and
    settings of the runs that judge it. hash: SHA-256 of all of these, of the id and of the system. frozen: when the
    rule took this form (UTC). commit: of the code at that time; runs that count for the rule are younger than both.
    """

    id: str
    system: str
    rule: str
    measurements: dict[str, tuple[str, str]]
    sweeps: tuple[dict[str, Any], ...]
    hash: str
    frozen: AwareDatetime
    commit: str | None = None

    def counts(self, record: Record) -> bool:
        """Whether a run was made for this rule: trained after it was frozen, with a seed that no rule was tuned on."""
        return made_after(record, self.frozen)


class Replaced(Config):
    """A rule that another text replaced, or that was withdrawn."""

    id: str
    hash: str
    frozen: AwareDatetime
    replaced: AwareDatetime


class Freeze(Config):
    """How many rules took their present form at one time, and the commit of the code then."""

    date: AwareDatetime
    commit: str | None
    rules: int


class Rules(Config):
    """All frozen rules by the id of their claim.

    judging: how an interval becomes a verdict, in words. hash: SHA-256 of it and of the hashes of all rules.
    earlier: rules that were replaced.
    """

    format: int = 1
    judging: str
    hash: str
    rules: dict[str, Rule]
    earlier: tuple[Replaced, ...] = Field(default=())

    def freezes(self) -> tuple[Freeze, ...]:
        """When, and at which commit, how many of the rules were frozen; the earliest first."""
        counts = Counter((rule.frozen, rule.commit) for rule in self.rules.values())
        return tuple(Freeze(date=date, commit=commit, rules=count) for (date, commit), count in sorted(counts.items()))

    def standing(self, claim: Claim | SweepClaim) -> Rule | None:
        """The frozen rule of a claim; None if it has none, or if the claim's rule, or how all are judged, is another
        one by now."""
        rule = self.rules.get(claim.id)
        return rule if rule is not None and self.judging == JUDGING and rule.hash == hash_of(claim) else None


def read_rules(file: Path) -> Rules | None:
    """The frozen rules; None where there is no file. Errors: UsageError for a file that holds something else."""
    if not file.exists():
        return None
    try:
        return Rules.model_validate(read_json(file))
    except ValidationError as error:
        raise UsageError(f"{file}: {first_problem(error)}; expected what `docs/generate.py freeze` writes") from None


def freeze(file: Path, now: datetime | None = None) -> Rules:
    """Write the rules of all claims as they are in the code. A rule that is frozen already in this form keeps its date;
    one that is new or changed gets ``now``, and so do all where how they are judged has changed: runs from before no
    longer count for them."""
    now = next_second(now or datetime.now(UTC))
    before = read_rules(file)
    known: Mapping[str, Rule] = {} if before is None else before.rules
    kept = known if before is not None and before.judging == JUDGING else {}
    rules = {claim.id: _frozen(claim, kept.get(claim.id), now) for claim in CLAIMS.values()}
    replaced = tuple(
        Replaced(id=old.id, hash=old.hash, frozen=old.frozen, replaced=now)
        for old in known.values()
        if rules.get(old.id) != old
    )
    result = Rules(
        judging=JUDGING,
        hash=overall_hash({name: rule.hash for name, rule in rules.items()}),
        rules=rules,
        earlier=(*(before.earlier if before is not None else ()), *replaced),
    )
    if before is not None and result.hash == before.hash:
        return before
    made_folder(file.parent)
    atomic_write(file, (result.model_dump_json(indent=1) + "\n").encode())
    return result


def changed_rules(rules: Rules) -> list[str]:
    """Claims whose rule is not the frozen one, and frozen rules without a claim."""
    ids = dict.fromkeys([*CLAIMS, *rules.rules])
    return [name for name in ids if name not in CLAIMS or rules.standing(CLAIMS[name]) is None]


def overall_hash(hashes: Mapping[str, str]) -> str:
    """The hash of all rules together."""
    return content_hash({"judging": JUDGING, "rules": dict(hashes)})


def hash_of(claim: Claim | SweepClaim) -> str:
    """The hash of the claim's rule as it is in the code."""
    return content_hash(_content(claim))


def _frozen(claim: Claim | SweepClaim, before: Rule | None, now: datetime) -> Rule:
    content, digest = _content(claim), hash_of(claim)
    if before is not None and before.hash == digest:
        return before
    return Rule(**content, hash=digest, frozen=now, commit=git_commit())


def _content(claim: Claim | SweepClaim) -> dict[str, Any]:
    """What the hash of a rule covers."""
    return {
        "id": claim.id,
        "system": claim.system,
        "rule": claim.rule,
        "measurements": terms_of(claim),
        "sweeps": _sweeps(claim.system),
    }


@cache
def _sweeps(system: str) -> tuple[dict[str, Any], ...]:
    """Recipe, grid and settings of the full budget's runs of a system. Seeds are left out, so more may be added."""
    entry = catalogue("full").get(system)
    specs = () if entry is None else entry.specs
    return tuple(spec.model_dump(mode="json", exclude={"seeds"}) for spec in specs)
