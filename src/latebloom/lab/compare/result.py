"""The result of a contest: a row for each contestant on each course, and a verdict on each published statement."""

from __future__ import annotations

from latebloom._config import Config
from latebloom.lab.finding import Finding
from latebloom.statistics import Estimate, SurvivalCurve


class Row(Config):
    """One contestant on one course.

    settings: the one that its tuning chose, or the published one; None while tuning is incomplete. tuning_runs: stored.
    tuned: share of them that learned the test set, which shows how sensitive the contestant is to its rate and its
    strength. by_rate: the least median step at each learning rate, None where it was not reached; a string for the
    rate. runs: stored with fresh seeds. curve: Kaplan and Meier's, None without runs. median_step, median_seconds:
    until the test set stays learned. speed_up: the median step of tuned AdamW over this one. never: share of the runs
    that do not learn the test set. grokked: share that learned it late. lost: share of the runs that once had most of
    the test set right and end below that.
    """

    course: str
    contestant: str
    title: str
    source: str
    published: bool
    settings: str | None
    tuning_runs: int
    tuned: Estimate
    by_rate: dict[str, float | None]
    runs: int
    curve: SurvivalCurve | None
    median_step: Estimate
    median_seconds: Estimate
    speed_up: Estimate
    never: Estimate
    grokked: Estimate
    lost: Estimate


class StatementResult(Finding):
    """One published statement on one course."""

    course: str
    place: str
    published: str


class Comparison(Config):
    """rules_hash, frozen: of the frozen rules; None where nothing is frozen. rules_stand: whether the code still has
    them. runs, asked: stored, and asked for by the budget. seconds: of training."""

    format: int = 1
    budget: str
    command: str
    rules_hash: str | None
    frozen: str | None
    rules_stand: bool
    runs: int
    asked: int
    seconds: float
    rows: tuple[Row, ...]
    statements: tuple[StatementResult, ...]
