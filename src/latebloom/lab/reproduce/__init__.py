"""The write-up, executed: every claim judged on runs that are trained for it."""

from latebloom.lab.reproduce.catalogue import BUDGETS, Budget, Entry, catalogue
from latebloom.lab.reproduce.history import keep_history, read_history
from latebloom.lab.reproduce.plan import plan
from latebloom.lab.reproduce.published_files import judge_published
from latebloom.lab.reproduce.reproduce import HOME, frozen_rules, judge_stored, recount, reproduce, results_of
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
    "catalogue",
    "changed_rules",
    "freeze",
    "frozen_rules",
    "judge_published",
    "judge_stored",
    "keep_history",
    "plan",
    "read_history",
    "read_rules",
    "recount",
    "reproduce",
    "results_of",
]
