"""Study a sweep over seeds: summarise its runs in one small JSON file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom._registry import suggested
from latebloom.lab.seeds.collect import Collected, collect
from latebloom.lab.seeds.facts import PROGRESS, Foresight, SeedFacts, rounded
from latebloom.lab.seeds.pooled import PooledSeeds, pool
from latebloom.runs import Run
from latebloom.runs.environment import device, git_commit, versions
from latebloom.statistics.foresight import ScoredItems, controls, shared_moments
from latebloom.store import RunDirectory
from latebloom.sweeps.asked import asked_of
from latebloom.sweeps.fields import SEEDS, flat, varied
from latebloom.sweeps.spec import Spec
from latebloom.sweeps.sweep import Sweep, load_sweep

StudyProgress = Callable[[float, int], None]
"""Receives the number of runs done, with a fraction for the run in progress, and the number of all runs."""

Member = Bool[np.ndarray, " item"]


RULE = "A test set is learned at the first logged step from which its accuracy stays at 99 %."
OLD_RULE = (
    "When this study was made, a test set counted as learned at the first logged step with 99 % accuracy, whether or "
    "not it stayed there, and no outcome was stored."
)


class SeedStudy(Config):
    """left_out: unfinished runs by status. steps: of `SeedFacts.by_step`. trained: the commands that trained the runs.

    date, versions, device, commit: of the study, not of the training. rule: the rule that decided when a test set was
    learned; `OLD_RULE` in studies stored without one.
    """

    sweep: str
    command: str
    trained: str
    date: str
    versions: dict[str, str]
    device: dict[str, str | int]
    commit: str | None
    recipe: str
    p: int
    left_out: dict[str, int]
    steps: tuple[float, ...]
    seeds: tuple[SeedFacts, ...]
    pooled: PooledSeeds
    rule: str = OLD_RULE


def study_seeds(
    target: Sweep | str | Path, progress: StudyProgress | None = None, root: str | Path = "runs"
) -> SeedStudy:
    """Study the finished runs of a sweep (an object, a path or a name under ``root``), even if the sweep is growing.

    Computes missing measures.

    Errors: UsageError without a finished run, for runs that differ in more than their seed, or for another task.
    """
    sweep = load_sweep(target, root)
    runs, left_out = _finished(sweep)
    collected = [collect(run, _inner(progress, done, len(runs))) for done, run in enumerate(runs)]
    steps = shared_moments([run.scored for run in collected])
    seeds = [SeedFacts.model_validate(rounded(facts)) for facts in _with_foresight(collected, steps)]
    manifest = runs[0].manifest
    p = int(manifest.experiment["task"]["p"])
    return SeedStudy(
        sweep=sweep.path.resolve().name,
        command=suggested("seeds", sweep.path.resolve().name),
        trained=_trained(sweep.path, manifest.recipe),
        date=datetime.now(UTC).date().isoformat(),
        versions=versions(),
        device=device("cpu"),
        commit=git_commit(),
        recipe=manifest.recipe,
        p=p,
        left_out=left_out,
        steps=tuple(steps),
        seeds=tuple(seeds),
        pooled=PooledSeeds.model_validate(rounded(pool(seeds, p, steps))),
        rule=RULE,
    )


def _finished(sweep: Sweep) -> tuple[list[Run], dict[str, int]]:
    """The finished runs by seed, and the number of other runs by status, including planned runs that have not begun."""
    runs = sweep.runs
    status = [run.status for run in runs]
    finished = sorted((r for r, s in zip(runs, status) if s == "finished"), key=_by_seed)
    left_out = Counter(s for s in status if s != "finished")
    planned = {seed for request in _requests(sweep.path) for seed in request.seeds}
    left_out["not begun"] = max(0, len(planned) - len(runs))
    if not finished:
        raise UsageError(f"seeds: {sweep.path} has no finished run among {len(runs)}; wait, or continue its training")
    fields = [name for name in varied([flat(run.manifest.experiment) for run in finished]) if name not in SEEDS]
    if fields:
        raise UsageError(f"seeds: got runs that differ in {fields[0]}, expected a sweep over seeds alone")
    return finished, {name: count for name, count in sorted(left_out.items()) if count}


def _by_seed(run: Run) -> tuple[bool, int]:
    """In order of the seeds; runs of an unknown one last."""
    seed = run.manifest.seed
    return seed is None, seed or 0


def _requests(path: Path) -> tuple[Spec, ...]:
    """The specifications that ``sweep.json`` records."""
    return asked_of(RunDirectory(path).read_document).asked


def _trained(path: Path, recipe: str) -> str:
    """The recorded commands that trained the sweep."""
    return "; ".join(request.command() for request in _requests(path)) or f"recipe {recipe}"


def _inner(progress: StudyProgress | None, done: int, runs: int) -> Callable[[int, int], None] | None:
    """Progress of `measure` within one run, converted to progress over all runs."""
    if progress is None:
        return None
    progress(done, runs)
    return lambda checkpoints, of: progress(done + checkpoints / of, runs)


def _with_foresight(collected: Sequence[Collected], steps: Sequence[float]) -> list[dict[str, Any]]:
    facts = []
    for run, other in zip(collected, controls([run.scored for run in collected])):
        units = {"by_clean_up": run.facts["test_under_guessing"], "by_generalised": run.facts["test_learned_at"]}
        moments = {name: [np.nan if unit is None else unit * part for part in PROGRESS] for name, unit in units.items()}
        at = {"by_step": steps, **moments}
        facts.append(run.facts | {name: _foresight(run.scored, other, these) for name, these in at.items()})
    return facts


def _foresight(scored: ScoredItems, other: Member | None, at: Sequence[float]) -> Foresight:
    control = (None,) * len(at) if other is None else scored.foresight(at, other)
    return Foresight(auc=scored.foresight(at), control=control)
