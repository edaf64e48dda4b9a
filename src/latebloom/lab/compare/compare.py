"""The contest of optimisers: train what is missing, measure, judge."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from latebloom.claims import Results
from latebloom.lab.compare.contestant import CONTESTANTS, Contestant
from latebloom.lab.compare.course import EXTENTS, Budget
from latebloom.lab.compare.judge import judge_comparison
from latebloom.lab.compare.result import Comparison
from latebloom.lab.compare.runs import STAGES, arms_of, stage_runs, stage_specs
from latebloom.lab.reproduce.train import Progress
from latebloom.lab.stored import stored_results
from latebloom.sweeps.place import Folder
from latebloom.sweeps.plan import make_plan
from latebloom.sweeps.train import worker_count

HOME = "compare"
"""The directory under the root that holds a sweep for each course, for all budgets together."""

RESULTS = Path("results") / HOME
"""The records that a checkout of this package's repository holds, with the frozen rules."""


def results_of(root: Path, asked: Path | None = None) -> Results:
    """The stored records of this root; see `latebloom.lab.stored`."""
    return stored_results(root / HOME, RESULTS, asked)


def compare(
    budget: Budget = "quick",
    root: str | Path = "runs",
    only: Collection[str] = (),
    workers: int | None = None,
    quiet: bool = False,
    progress: Progress = lambda line: None,
    results: Results | None = None,
) -> tuple[Comparison, str | None]:
    """Tune every contestant on its own seeds, train it at the chosen setting on fresh seeds, and judge the published
    statements; the result, and what kept it from being complete, if anything did.

    Each run is trained in ``root/compare/COURSE``; its quantities are stored as a line of ``COURSE.jsonl`` when it
    ends, and a run with a stored record is not trained again, so the same call resumes. ``only``: train these
    contestants, and report the others on what is stored. Errors: UsageError for an unknown contestant.
    """
    home, stored = Path(root) / HOME, results or results_of(Path(root))
    problems: list[str] = []
    for course in EXTENTS[budget].courses:
        for stage in STAGES:
            specs = stage_specs(stage, arms_of(course, EXTENTS[budget], stored), _asked(only))
            runs = stage_runs(course, specs, home, stored, progress)
            progress(f"{course.name}, {stage}: {len(runs.records())} of {len(runs.jobs)} runs stored")
            tally = runs.train(workers, quiet)
            problems += [*(f"{course.name}: {message}" for _, message in tally.failures), *runs.problems]
            if tally.stopped is not None:
                return judge_comparison(budget, stored), tally.stopped
    return judge_comparison(budget, stored), "; ".join(dict.fromkeys(problems)) or None


def plan(
    budget: Budget,
    root: Path,
    only: Collection[str] = (),
    workers: int | None = None,
    progress: Progress = lambda line: None,
    results: Results | None = None,
) -> list[dict[str, Any]]:
    """One row for each course and stage, as `latebloom.sweeps.plan.Plan.priced` has it.

    Fresh seeds of a contestant whose tuning is incomplete are counted at the first point of its grid. A few steps of
    some runs are trained to measure how long they take. Errors: as `compare`.
    """
    extent, stored = EXTENTS[budget], results or results_of(root)
    rows = []
    for course in extent.courses:
        arms = arms_of(course, extent, stored)
        for stage in STAGES:
            specs = stage_specs(stage, arms, _asked(only))
            if stage != STAGES[0]:
                waiting = [one for one in _asked(only) if arms.chosen(one) is None]
                specs += [arms.spec_at_first_point(one) for one in waiting]
            runs = stage_runs(course, specs, root / HOME, stored, progress)
            system = make_plan(Folder(root / HOME / course.name), runs.missing())
            progress(f"{course.name}, {stage}: training a few steps to measure how long they take")
            priced = system.priced(worker_count(system.left, workers))
            rows.append({"course": course.name, "stage": stage, **priced, "runs": len(runs.jobs)})
    return rows


def _asked(only: Collection[str]) -> list[Contestant]:
    """The contestants to train, in their order. Errors: UsageError for an unknown name."""
    wanted = {CONTESTANTS[name].name for name in only} or set(CONTESTANTS)
    return [one for name, one in CONTESTANTS.items() if name in wanted]
