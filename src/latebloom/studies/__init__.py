"""Studies: open questions of the write-up, each answered over runs by rules that were fixed before the runs existed.

A study is a question, a hypothesis, sweeps, claims and a control (`Study`), in one file that registers it. It uses the
sweeps, quantities and statistics that are there.
"""

import importlib
import pkgutil

from latebloom.studies.asked import asked
from latebloom.studies.questions import QUESTIONS, Question
from latebloom.studies.study import BUDGETS, STUDIES, Budget, Study, Table, Then

for _module in sorted(one.name for one in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

__all__ = ["BUDGETS", "QUESTIONS", "STUDIES", "Budget", "Question", "Study", "Table", "Then", "asked"]
