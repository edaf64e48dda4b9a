"""The result of a study: its answer, the verdicts behind it, and what was measured."""

from __future__ import annotations

from latebloom._config import Config
from latebloom.lab.finding import Finding


class StudyTable(Config):
    """What was measured: text, with intervals."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class StudyResult(Config):
    """answer: the verdict on the hypothesis, and what was found. caveats: what that does not show. claims: the
    hypothesis first. rules_hash, frozen: of the frozen rules; None where nothing is frozen. rules_stand: whether the
    code still has them. runs, asked: stored, and asked for by the budget; only runs that were made for the frozen
    rules decide. seconds: of training."""

    format: int = 1
    study: str
    title: str
    question: str
    hypothesis: str
    budget: str
    command: str
    answer: str
    caveats: str
    claims: tuple[Finding, ...]
    tables: tuple[StudyTable, ...]
    rules_hash: str | None
    frozen: str | None
    rules_stand: bool
    runs: int
    asked: int
    seconds: float
