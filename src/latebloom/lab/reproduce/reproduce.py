"""The write-up, executed: train what is missing, measure, judge every claim, write one page."""

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from latebloom.claims import CLAIMS, SYSTEMS
from latebloom.explorer import render_reproduction
from latebloom.explorer.templating import templates
from latebloom.lab.reproduce.catalogue import Budget, Entry, catalogue, check_only
from latebloom.lab.reproduce.contact_sheet import contact_sheet
from latebloom.lab.reproduce.judge import judge_system
from latebloom.lab.reproduce.milestones import measure_milestones
from latebloom.lab.reproduce.pictures import draw_pictures
from latebloom.lab.reproduce.result import ClaimResult, Reproduction, SystemResult
from latebloom.lab.reproduce.train import Told, train_system, trained_runs
from latebloom.runs import Run
from latebloom.runs.environment import device, git_commit, versions
from latebloom.store import atomic_write
from latebloom.tasks import ModularAddition, ModularTask, Task

HOME = "reproduce"
"""The directory under the root that holds a sweep for each system, for all budgets together."""


def reproduce(
    budget: Budget = "quick",
    root: str | Path = "runs",
    only: Collection[str] = (),
    workers: int | None = None,
    quiet: bool = False,
    told: Told = lambda line: None,
) -> tuple[Reproduction, str | None]:
    """Judge every claim on runs in ``root/reproduce/SYSTEM``; the result, and what kept it from being whole, if
    anything did.

    What is trained and measured already is left as it is, so the same call goes on after an interrupt, and budgets
    share their runs. ``only``: train these systems, judge the others on what is there. The result, BUDGET.json, and
    its page, BUDGET.html, are written after each system; until then they hold what an earlier call had found.
    Errors: UsageError for an unknown system, and where figures or page lack a package.
    """
    check_only(only, budget)
    templates()  # a page that cannot be made should be said before hours of training
    home, problems = Path(root) / HOME, []
    systems, claims = _found_before(home / f"{budget}.json")
    claims = {name: claims.get(name) or judge_system(name, (), _why(name, budget)) for name in SYSTEMS}
    for name, entry in catalogue(budget).items():
        told(f"{name}: {SYSTEMS[name].title}, {len(entry.jobs())} runs")
        if only and name not in only:
            runs = trained_runs(entry, home / name)
        else:
            runs, tally = train_system(entry, home / name, workers, quiet, told)
            problems += [f"{name}: {message}" for _, message in tally.failures]  # a run that diverged is over
            if tally.stopped is not None:
                return _written(budget, home, systems, claims), tally.stopped
        if runs:
            told(f"{name}: judging {len(runs)} runs")
            claims[name], systems[name] = judge_system(name, runs), _system(entry, runs, home, budget)
            _written(budget, home, systems, claims)
    return _written(budget, home, systems, claims), "; ".join(problems) or None


def _found_before(path: Path) -> tuple[dict[str, SystemResult], dict[str, list[ClaimResult]]]:
    """The systems and verdicts of an earlier call, by system, as far as the claims are still the same and the pictures
    still there."""
    try:
        stored = Reproduction.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return {}, {}
    claims: dict[str, list[ClaimResult]] = {}
    for claim in stored.claims:
        claims.setdefault(claim.system, []).append(claim)
    systems = {system.name: system for system in stored.systems if _has_pictures(system, path.parent)}
    same = [
        name
        for name, found in claims.items()
        if [(c.id, c.sentence, c.rule) for c in found]
        == [(c.id, c.sentence, c.rule) for c in CLAIMS if c.system == name]
    ]
    return {n: systems[n] for n in same if n in systems}, {n: claims[n] for n in same if n in systems}


def _has_pictures(system: SystemResult, home: Path) -> bool:
    return all((home / picture.file).is_file() for picture in system.pictures if picture.file)


def _why(system: str, budget: Budget) -> str:
    if system in catalogue(budget):
        return f"not trained yet: latebloom reproduce --budget {budget} --only {system}"
    if system in catalogue("full"):
        return f"not in the {budget} budget: latebloom reproduce --budget full --only {system}"
    return "no budget trains it yet"


def _system(entry: Entry, runs: list[Run], home: Path, budget: Budget) -> SystemResult:
    return SystemResult(
        name=entry.system,
        title=SYSTEMS[entry.system].title,
        note=_smaller([job.experiment.task for job in entry.jobs()]),
        commands=tuple(spec.command() for spec in entry.specs),
        finished=sum(run.status == "finished" for run in runs),
        runs=len(entry.jobs()),
        seconds=sum(run.manifest.seconds for run in runs),
        milestones=measure_milestones(entry.system, runs),
        pictures=draw_pictures(entry, runs, home, budget),
    )


def _smaller(tasks: Collection[Task]) -> str | None:
    """That the primes are not the write-up's, where they are not."""
    theirs = ModularAddition().p
    primes = {task.p for task in tasks if isinstance(task, ModularTask)} - {theirs}
    return f"Mod {', '.join(map(str, sorted(primes)))}, where the write-up has {theirs}." if primes else None


def _written(
    budget: Budget, home: Path, systems: dict[str, SystemResult], claims: dict[str, list[ClaimResult]]
) -> Reproduction:
    result = Reproduction(
        budget=budget,
        command=f"latebloom reproduce --budget {budget}",
        date=datetime.now(UTC).date().isoformat(),
        versions=versions(),
        device=device("cpu"),
        git_commit=git_commit(),
        training_seconds=sum(system.seconds for system in systems.values()),
        sheet=contact_sheet(systems, lambda system: _why(system, budget)),
        systems=tuple(systems[name] for name in SYSTEMS if name in systems),
        claims=tuple(claim for found in claims.values() for claim in found),
    )
    home.mkdir(parents=True, exist_ok=True)
    drawings = {p.file: (home / p.file).read_text("utf-8") for s in result.systems for p in s.pictures if p.file}
    atomic_write(home / f"{budget}.json", (result.model_dump_json(indent=1) + "\n").encode())
    atomic_write(home / f"{budget}.html", render_reproduction(result, drawings).encode())
    return result
