"""A fair contest of optimisers, losses and regularisers: each tuned with the same budget, judged on fresh seeds."""

from latebloom.lab.compare.compare import HOME, compare, plan, results_of
from latebloom.lab.compare.contestant import CONTESTANTS, POINTS, Contestant
from latebloom.lab.compare.contestants import BASELINE, MUON
from latebloom.lab.compare.judge import judge_comparison
from latebloom.lab.compare.result import Comparison, Row, StatementResult
from latebloom.lab.compare.rules import freeze, read_rules

__all__ = [
    "BASELINE",
    "CONTESTANTS",
    "HOME",
    "MUON",
    "POINTS",
    "Comparison",
    "Contestant",
    "Row",
    "StatementResult",
    "compare",
    "freeze",
    "judge_comparison",
    "plan",
    "read_rules",
    "results_of",
]
