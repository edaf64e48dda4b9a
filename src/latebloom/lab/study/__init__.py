"""Open questions of the write-up, each answered over runs by rules that were fixed before the runs existed."""

from latebloom.lab.study.judge import judge_study, latest
from latebloom.lab.study.picture import draw_study
from latebloom.lab.study.result import StudyResult, StudyTable
from latebloom.lab.study.rules import freeze, read_rules
from latebloom.lab.study.runs import study_runs
from latebloom.lab.study.study import HOME, plan, results_of, study

__all__ = [
    "HOME",
    "StudyResult",
    "StudyTable",
    "draw_study",
    "freeze",
    "judge_study",
    "latest",
    "plan",
    "read_rules",
    "results_of",
    "study",
    "study_runs",
]
