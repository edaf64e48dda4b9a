"""The write-up, executed: train what is missing, measure, judge every claim, write one page."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

from latebloom.claims import POOLING, SYSTEMS, Record, Results
from latebloom.explorer import render_reproduction
from latebloom.explorer.templating import templates
from latebloom.lab.reproduce.catalogue import Budget, Entry, catalogue, check_only
from latebloom.lab.reproduce.contact_sheet import contact_sheet
from latebloom.lab.reproduce.history import read_history
from latebloom.lab.reproduce.judge import judge_system
from latebloom.lab.reproduce.milestones import measure_milestones
from latebloom.lab.reproduce.pictures import draw_pictures
from latebloom.lab.reproduce.result import ClaimResult, EarlierVerdict, Reproduction, SystemResult
from latebloom.lab.reproduce.train import Progress, SystemRuns
from latebloom.runs import Run
from latebloom.runs.environment import device, git_commit, versions
from latebloom.store import atomic_write
from latebloom.tasks import ModularAddition, Task

HOME = "reproduce"
"""The directory under the root that holds a sweep for each system, for all budgets together."""

RESULTS = Path("results") / "quantities"
"""The records that a checkout of this package's repository holds."""


def results_of(root: Path, asked: Path | None = None) -> Results:
    """The stored records: in the directory asked for, else in `RESULTS` where there is one, else under the root."""
    home = root / HOME / RESULTS.name
    return Results(asked or (RESULTS if RESULTS.is_dir() else home))


def reproduce(
    budget: Budget = "quick",
    root: str | Path = "runs",
    only: Collection[str] = (),
    workers: int | None = None,
    quiet: bool = False,
    progress: Progress = lambda line: None,
    results: Results | None = None,
    again: bool = False,
) -> tuple[Reproduction, str | None]:
    """Judge every claim on the stored records of its runs; the result, and what kept it from being complete, if
    anything did.

    A run whose record holds every quantity that its system's claims need is done, wherever it was trained. Where the
    record lacks a quantity, which a new claim needs, the run is measured if it is in ``root/reproduce/SYSTEM``. If it
    is not, the claim is not measured yet; ``again`` trains the run again. Runs without a record are trained in that
    directory, and the record of each is stored when it ends, so the same call resumes after an interrupt, and budgets
    share their runs. ``only``: train these systems, and judge the others on what is stored. The result, BUDGET.json,
    and its page, BUDGET.html, are written to ``root/reproduce`` after each system.
    Errors: UsageError for an unknown system, and where figures or page lack a package.
    """
    check_only(only, budget)
    templates()  # Fail before hours of training if the page cannot be made.
    home = Path(root)
    work = _Reproduction(budget, home / HOME, results or results_of(home), progress, again)
    problems = []
    for name, runs in work.systems.items():
        progress(f"{name}: {SYSTEMS[name].title}, {len(runs.jobs)} runs")
        if not only or name in only:
            if lacked := runs.out_of_reach():
                progress(f"{name}: {len(lacked)} runs that are not here lack a quantity; --again trains them again")
            tally = runs.train(workers, quiet)
            problems += [f"{name}: {message}" for _, message in tally.failures]  # A run that diverged is over.
            problems += runs.problems
            if tally.stopped is not None:
                return work.write(), tally.stopped
        work.draw(name)
        work.write()
    return work.write(), "; ".join(problems) or None


class _Reproduction:
    """A reproduction in progress: the runs of every system that the budget trains, and what was drawn so far."""

    def __init__(self, budget: Budget, home: Path, results: Results, progress: Progress, again: bool) -> None:
        self.budget, self.home, self.results, self.progress = budget, home, results, progress
        self.systems = {
            name: SystemRuns.of(entry, home / name, results, progress, again)
            for name, entry in catalogue(budget).items()
        }
        self._drawn = _drawn_before(home / f"{budget}.json")

    def draw(self, name: str) -> None:
        """Measure the milestones and draw the pictures of the system's runs in the runs directory, if there are any."""
        runs = self.systems[name].over()
        if runs:
            self.progress(f"{name}: drawing {len(runs)} runs")
            self._drawn[name] = _system(self.systems[name], runs, self.home, self.budget)

    def write(self) -> Reproduction:
        """Judge everything that is stored, and write the result and its page."""
        records = {name: runs.records() for name, runs in self.systems.items()}
        systems = {
            name: _counted(self._drawn.get(name), self.systems[name], records[name])
            for name in self.systems
            if name in self._drawn or records[name]
        }
        result = Reproduction(
            budget=self.budget,
            command=f"latebloom reproduce --budget {self.budget}",
            date=datetime.now(UTC).date().isoformat(),
            versions=versions(),
            device=device("cpu"),
            git_commit=git_commit(),
            training_seconds=sum(system.seconds for system in systems.values()),
            sheet=contact_sheet(systems, lambda system: f"not trained yet: {command(system, self.budget)}"),
            systems=tuple(systems.values()),
            claims=judge_records(records, self.budget, read_history(self.results, self.budget)),
        )
        self.home.mkdir(parents=True, exist_ok=True)
        drawings = {
            p.file: (self.home / p.file).read_text("utf-8") for s in result.systems for p in s.pictures if p.file
        }
        stored = (result.model_dump_json(indent=1) + "\n").encode()
        atomic_write(self.home / f"{self.budget}.json", stored)
        page = render_reproduction(result, drawings, POOLING)
        atomic_write(self.home / f"{self.budget}.html", page.encode())
        return result


def judge_records(
    records: Mapping[str, list[Record]], budget: Budget, history: list[EarlierVerdict]
) -> tuple[ClaimResult, ...]:
    """The verdict on every claim, from the records of each system that the budget asks for."""
    return tuple(
        claim for name in SYSTEMS for claim in judge_system(name, records.get(name, []), command(name, budget), history)
    )


def stored_records(budget: Budget, results: Results) -> dict[str, list[Record]]:
    """The stored records of the runs that the budget asks for, by system."""
    return {
        name: SystemRuns.of(entry, Path(), results, lambda line: None).records()
        for name, entry in catalogue(budget).items()
    }


def command(system: str, budget: Budget) -> str:
    """The command that trains and measures a system: with the budget, or with the full one if it leaves it out."""
    trains = budget if system in catalogue(budget) else "full"
    return f"latebloom reproduce --budget {trains} --only {system}"


def _drawn_before(path: Path) -> dict[str, SystemResult]:
    """The systems of an earlier call whose pictures are still there."""
    try:
        stored = Reproduction.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {system.name: system for system in stored.systems if _has_pictures(system, path.parent)}


def _has_pictures(system: SystemResult, home: Path) -> bool:
    return all((home / picture.file).is_file() for picture in system.pictures if picture.file)


def _counted(drawn: SystemResult | None, runs: SystemRuns, records: list[Record]) -> SystemResult:
    """What was drawn of a system, with the number and time of all its runs that have a record."""
    system = drawn or _empty(runs.entry, runs)
    update = {
        "runs": len(runs.jobs),
        "finished": sum(record.status == "finished" for record in records),
        "seconds": sum(record.seconds or 0.0 for record in records),
    }
    return system.model_copy(update=update)


def _empty(entry: Entry, runs: SystemRuns) -> SystemResult:
    return SystemResult(
        name=entry.system,
        title=SYSTEMS[entry.system].title,
        note=_smaller([job.experiment.task for job in runs.jobs]),
        commands=tuple(spec.command() for spec in entry.specs),
        finished=0,
        runs=len(runs.jobs),
        seconds=0.0,
        milestones=(),
        pictures=(),
    )


def _system(runs: SystemRuns, here: list[Run], home: Path, budget: Budget) -> SystemResult:
    update = {
        "milestones": measure_milestones(runs.entry.system, here),
        "pictures": draw_pictures(runs.entry, here, home, budget),
    }
    return _empty(runs.entry, runs).model_copy(update=update)


def _smaller(tasks: Collection[Task]) -> str | None:
    """A note that the primes are not the write-up's, where they are not."""
    published = ModularAddition().p
    primes = {p for task in tasks if (p := getattr(task, "p", None)) is not None} - {published}
    return f"Mod {', '.join(map(str, sorted(primes)))}, where the write-up has {published}." if primes else None
