"""The runs of a study."""

from __future__ import annotations

from pathlib import Path

from latebloom.claims import Results
from latebloom.lab.reproduce.train import MeasuredRuns, Progress
from latebloom.studies import Budget, Study


def study_runs(
    study: Study,
    budget: Budget,
    results: Results,
    home: Path = Path(),
    progress: Progress = lambda line: None,
) -> MeasuredRuns:
    """The runs that a budget asks for, in the directory ``home/NAME``."""
    return MeasuredRuns.by_specs(study.name, study.runs[budget], home, results, progress, study.quantities)
