"""Frozen rules: everything that decides verdicts, with its hash and date, fixed before the runs exist."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, ValidationError

from latebloom._config import Config
from latebloom._errors import UsageError, first_problem
from latebloom.claims import Record
from latebloom.claims.record import made_after
from latebloom.runs.environment import git_commit
from latebloom.store import atomic_write, made_folder
from latebloom.store.documents import read_json


class Frozen(Config):
    """content: the rules. hash: SHA-256 of them. frozen: when they took this form (UTC). commit: of the code then.
    earlier: hashes and dates of what they replaced."""

    format: int = 1
    hash: str
    frozen: AwareDatetime
    commit: str | None = None
    content: dict[str, Any]
    earlier: tuple[tuple[str, AwareDatetime], ...] = ()

    def stands(self, content: dict[str, Any]) -> bool:
        """Whether the rules in the code are these."""
        return self.hash == content_hash(content)

    def counts(self, record: Record) -> bool:
        """Whether a run was made for these rules: trained after they were frozen, with a fresh seed."""
        return made_after(record, self.frozen)


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 of rules."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_frozen(file: Path, command: str) -> Frozen | None:
    """The frozen rules in a file; None where there is none. command: writes it, for the message.

    Errors: UsageError for something else.
    """
    if not file.exists():
        return None
    try:
        return Frozen.model_validate(read_json(file))
    except ValidationError as error:
        raise UsageError(f"{file}: {first_problem(error)}; expected what `{command}` writes") from None


def next_second(now: datetime) -> datetime:
    """The first full second from now on: rules are never dated before a run that exists when they are frozen."""
    return now + timedelta(microseconds=-now.microsecond % 1_000_000)


def freeze_rules(file: Path, content: dict[str, Any], command: str) -> Frozen:
    """Write the rules of the code. Rules that are frozen already in this form keep their date."""
    content = dict(json.loads(json.dumps(content)))  # with lists for tuples, as it is read again
    before = read_frozen(file, command)
    if before is not None and before.stands(content):
        return before
    earlier = () if before is None else (*before.earlier, (before.hash, before.frozen))
    rules = Frozen(
        hash=content_hash(content),
        frozen=next_second(datetime.now(UTC)),
        commit=git_commit(),
        content=content,
        earlier=earlier,
    )
    made_folder(file.parent)
    atomic_write(file, (rules.model_dump_json(indent=1) + "\n").encode())
    return rules
