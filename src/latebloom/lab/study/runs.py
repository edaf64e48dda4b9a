"""The runs of a study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from latebloom.claims import Results
from latebloom.lab.study.rules import counted, read_rules
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
    """The runs that a budget asks for, with those that follow from them, in the directory ``home/NAME``.

    Only records that count for the frozen rules are followed.
    """
    from latebloom.lab.reproduce.train import MeasuredRuns

    specs = study.runs[budget]
    first = MeasuredRuns.by_specs(study.name, specs, home, results, progress, study.quantities)
    if study.then is None:
        return first
    following = study.then.sweeps(counted(read_rules(study, results.path), first.records()))
    return MeasuredRuns.by_specs(study.name, (*specs, *following), home, results, progress, study.quantities)
