"""The write-up, executed: every claim judged on runs that are trained for it."""

from latebloom.lab.reproduce.catalogue import BUDGETS, Budget, Entry, catalogue
from latebloom.lab.reproduce.history import keep_history, read_history
from latebloom.lab.reproduce.judge import judge_system
from latebloom.lab.reproduce.plan import plan
from latebloom.lab.reproduce.published_files import judge_published
from latebloom.lab.reproduce.reproduce import (
    HOME,
    command,
    frozen_rules,
    judge_stored,
    recount,
    reproduce,
    results_of,
    standard_of,
)
from latebloom.lab.reproduce.result import (
    ClaimResult,
    EarlierRuns,
    EarlierVerdict,
    PublishedFile,
    PublishedVerdict,
    Reproduction,
    SystemResult,
)
from latebloom.lab.reproduce.rules import Rule, Rules, changed_rules, freeze, read_rules
from latebloom.lab.reproduce.train import SystemRuns

__all__ = [
    "BUDGETS",
    "HOME",
    "Budget",
    "ClaimResult",
    "EarlierRuns",
    "EarlierVerdict",
    "Entry",
    "PublishedFile",
    "PublishedVerdict",
    "Reproduction",
    "Rule",
    "Rules",
    "SystemResult",
    "SystemRuns",
    "catalogue",
    "changed_rules",
    "command",
    "freeze",
    "frozen_rules",
    "judge_published",
    "judge_stored",
    "judge_system",
    "keep_history",
    "plan",
    "read_history",
    "read_rules",
    "recount",
    "reproduce",
    "results_of",
    "standard_of",
]
