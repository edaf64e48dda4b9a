"""The write-up, executed: every claim judged on runs that are trained for it."""

from latebloom.lab.reproduce.catalogue import BUDGETS, Budget, Entry, catalogue
from latebloom.lab.reproduce.history import read_history
from latebloom.lab.reproduce.plan import plan
from latebloom.lab.reproduce.reproduce import HOME, judge_records, reproduce, results_of, stored_records
from latebloom.lab.reproduce.result import ClaimResult, EarlierVerdict, Reproduction, SystemResult

__all__ = [
    "BUDGETS",
    "HOME",
    "Budget",
    "ClaimResult",
    "EarlierVerdict",
    "Entry",
    "Reproduction",
    "SystemResult",
    "catalogue",
    "judge_records",
    "plan",
    "read_history",
    "reproduce",
    "results_of",
    "stored_records",
]
