"""A study, run: train what is missing, measure, answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from latebloom.claims import Results
from latebloom.lab.stored import stored_results
from latebloom.lab.study.judge import judge_study
from latebloom.lab.study.result import StudyResult
from latebloom.lab.study.runs import study_runs
from latebloom.studies import STUDIES, Budget
from latebloom.sweeps.plan import make_plan

if TYPE_CHECKING:
    from latebloom.lab.reproduce.train import MeasuredRuns, Progress


HOME = "studies"
"""The directory under the root that holds a sweep for each study, for all budgets together."""

RESULTS = Path("results") / HOME
"""The records that a checkout of this package's repository holds, with the frozen rules."""


def results_of(root: Path, asked: Path | None = None) -> Results:
    """The stored records of this root; see `latebloom.lab.stored`."""
    return stored_results(root / HOME, RESULTS, asked)


def study(
    name: str,
    budget: Budget = "quick",
    root: str | Path = "runs",
    workers: int | None = None,
    quiet: bool = False,
    progress: Progress = lambda line: None,
    results: Results | None = None,
) -> tuple[StudyResult, str | None]:
    """Answer an open question: train the runs that are missing, and judge the study's claims; the result, and what kept
    it from being complete, if anything did.

    Each run is trained in ``root/studies/NAME``; its quantities are stored as a line of ``NAME.jsonl`` when it ends,
    and a run with a stored record is not trained again, so the same call resumes, and budgets share their runs.
    Errors: UsageError for an unknown study.
    """
    asked, stored = STUDIES[name], results or results_of(Path(root))

    def train() -> str | None:
        runs = study_runs(asked, budget, stored, Path(root) / HOME, progress)
        progress(f"{name}: {len(runs.records())} of {len(runs.jobs)} runs stored")
        return _trained(runs, workers, quiet)

    problem = train()
    if problem is None and asked.then is not None:  # now with the runs that follow from the first ones
        problem = train()
    return judge_study(asked, budget, stored), problem


def _trained(runs: MeasuredRuns, workers: int | None, quiet: bool) -> str | None:
    """Train and measure what is missing; what kept it from being complete, if anything did."""
    tally = runs.train(workers, quiet)
    problems = [*(message for _, message in tally.failures), *runs.problems]
    return tally.stopped or "; ".join(dict.fromkeys(problems)) or None


def plan(
    name: str,
    budget: Budget,
    root: Path,
    workers: int | None = None,
    results: Results | None = None,
) -> dict[str, Any]:
    """What is left to train, as `latebloom.sweeps.plan.Plan.priced` has it. A few steps of some runs are trained to
    measure how long they take. Errors: UsageError for an unknown study."""
    from latebloom.sweeps.place import Folder
    from latebloom.sweeps.train import worker_count

    runs = study_runs(STUDIES[name], budget, results or results_of(root), root / HOME)
    system = make_plan(Folder(root / HOME / name), runs.missing())
    return {"study": name, **system.priced(worker_count(system.left, workers)), "runs": len(runs.jobs)}
