"""The frozen rules of the contest: everything that decides a verdict, with its hash, fixed before the runs exist."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, ValidationError

from latebloom._config import Config
from latebloom._errors import UsageError, first_problem
from latebloom.claims import JUDGING, Record
from latebloom.lab.compare.arms import CHOOSING
from latebloom.lab.compare.contestants import OWN
from latebloom.lab.compare.course import COURSES, EXTENTS, RECIPE
from latebloom.lab.compare.statements import statements
from latebloom.lab.reproduce.rules import FIRST_SEED
from latebloom.runs.environment import git_commit
from latebloom.store import atomic_write
from latebloom.store.documents import read_json

FILE = "rules.json"


class ContestRules(Config):
    """content: contestants, courses, how a setting is chosen, statements and how they are judged. hash: SHA-256 of it.
    frozen: when it took this form (UTC). commit: of the code then. earlier: hashes and dates of what it replaced."""

    format: int = 1
    hash: str
    frozen: AwareDatetime
    commit: str | None = None
    content: dict[str, Any]
    earlier: tuple[tuple[str, AwareDatetime], ...] = ()

    @property
    def stand(self) -> bool:
        """Whether the rules in the code are these."""
        return self.hash == hash_of(content())

    def counts(self, record: Record) -> bool:
        """Whether a run was made for these rules: trained after they were frozen, with a fresh seed."""
        fresh = record.seed is not None and record.seed >= FIRST_SEED
        return fresh and record.created is not None and record.created > self.frozen


def content() -> dict[str, Any]:
    """The rules as they are in the code. Seeds are left out, so that more may be added, and so are the contestants of
    other packages, about which no statement is."""
    written = statements(COURSES[0], EXTENTS["full"], lambda record: True)
    rules = {
        "recipe": RECIPE,
        "courses": [
            {"name": one.name, "tuned": one.arguments(False), "published": one.arguments(True)} for one in COURSES
        ],
        "contestants": [{k: v for k, v in asdict(one).items() if k not in ("title", "source")} for one in OWN],
        "choosing": CHOOSING,
        "statements": [{"id": one.id, "sentence": one.sentence, "rule": one.rule} for one in written],
        "judging": JUDGING,
    }
    return dict(json.loads(json.dumps(rules)))  # with lists for tuples, as it is read again


def hash_of(written: dict[str, Any]) -> str:
    """SHA-256 of rules."""
    text = json.dumps(written, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_rules(folder: Path) -> ContestRules | None:
    """The frozen rules beside the records; None where there are none. Errors: UsageError for something else."""
    file = folder / FILE
    if not file.exists():
        return None
    try:
        return ContestRules.model_validate(read_json(file))
    except ValidationError as error:
        raise UsageError(
            f"{file}: {first_problem(error)}; expected what `docs/generate.py freeze-compare` writes"
        ) from None


def freeze(folder: Path) -> ContestRules:
    """Write the rules of the code beside the records. Rules that are frozen already in this form keep their date."""
    before, written = read_rules(folder), content()
    if before is not None and before.hash == hash_of(written):
        return before
    earlier = () if before is None else (*before.earlier, (before.hash, before.frozen))
    now = datetime.now(UTC).replace(microsecond=0)
    rules = ContestRules(hash=hash_of(written), frozen=now, commit=git_commit(), content=written, earlier=earlier)
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write(folder / FILE, (rules.model_dump_json(indent=1) + "\n").encode())
    return rules
