"""The runs of a study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from latebloom.claims import Results
from latebloom.studies import Budget, Study

if TYPE_CHECKING:
    from latebloom.lab.reproduce.train import MeasuredRuns, Progress


def study_runs(
    study: Study,
    budget: Budget,
    results: Results,
    home: Path = Path(),
    progress: Progress = lambda line: None,
) -> MeasuredRuns:
    """The runs that a budget asks for, in the directory ``home/NAME``."""
    from latebloom.lab.reproduce.train import MeasuredRuns

    return MeasuredRuns.by_specs(study.name, study.runs[budget], home, results, progress, study.quantities)
