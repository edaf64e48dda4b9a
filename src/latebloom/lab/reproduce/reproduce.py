"""The write-up, executed: train what is missing, measure, judge every claim, write one page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from latebloom._errors import StoreError
from latebloom._registry import suggested
from latebloom._text import duration
from latebloom.claims import JUDGING, NULL, SYSTEMS, Record, Results
from latebloom.claims.quantity import FEWEST_RUNS
from latebloom.explorer import render_reproduction
from latebloom.explorer.templating import templates
from latebloom.lab.reproduce.catalogue import Budget, Entry, catalogue, check_only
from latebloom.lab.reproduce.contact_sheet import contact_sheet
from latebloom.lab.reproduce.history import read_history, read_reasons
from latebloom.lab.reproduce.judge import PUBLISHED_P, Standard, judge_system
from latebloom.lab.reproduce.milestones import measure_milestones
from latebloom.lab.reproduce.pictures import draw_pictures
from latebloom.lab.reproduce.published_files import Published, judge_published
from latebloom.lab.reproduce.result import FEW_RUNS, ClaimResult, Reproduction, SystemResult
from latebloom.lab.reproduce.rules import FILE as RULES
from latebloom.lab.reproduce.rules import read_rules
from latebloom.lab.reproduce.train import Progress, SystemRuns
from latebloom.lab.stored import stored_results
from latebloom.runs import Run
from latebloom.runs.environment import device, git_commit, versions
from latebloom.store import atomic_write, made_folder
from latebloom.store.regular import read_file
from latebloom.tasks import Task

HOME = "reproduce"
"""The directory under the root that holds a sweep for each system, for all budgets together."""

RESULTS = Path("results") / "quantities"
"""The records that a checkout of this package's repository holds."""


ROUNDS = (FEWEST_RUNS, FEW_RUNS)
"""Seeds of each sweep that are trained for every system before the next seeds of any."""


def results_of(root: Path, asked: Path | None = None) -> Results:
    """The stored records of this root; see `latebloom.lab.stored`."""
    return stored_results(root / HOME, RESULTS, asked)


def reproduce(
    budget: Budget = "quick",
    root: str | Path = "runs",
    only: Collection[str] = (),
    workers: int | None = None,
    quiet: bool = False,
    progress: Progress = lambda line: None,
    results: Results | None = None,
    again: bool = False,
    upto: int | None = None,
    published: Collection[str] = (),
) -> tuple[Reproduction, str | None]:
    """Judge every claim on the stored records of its runs; the result, and what kept it from being complete, if
    anything did.

    A run whose record holds every quantity that its system's claims need is done, wherever it was trained. Where the
    record lacks a quantity, which a new claim needs, the run is measured if it is in ``root/reproduce/SYSTEM``. If it
    is not, the claim is not measured yet; ``again`` trains the run again. Runs without a record are trained in that
    directory, and the record of each is stored when it ends, so the same call resumes after an interrupt, and budgets
    share their runs. All systems are trained to the first five seeds of each sweep, then to ten, then to the rest, so
    that a call which is stopped early has served them all. ``upto``: at most so many seeds of each sweep. ``only``:
    train these systems, and judge the others on what is stored. The result, BUDGET.json, and its page, BUDGET.html, are
    written to ``root/reproduce`` after each system. ``published``: files or directories of published weights and curves
    (`judge_published`), whose verdicts the result shows beside ours.
    Errors: UsageError for an unknown system or published file, and where figures or page lack a package.
    """
    check_only(only, budget)
    templates()  # Fail before hours of training if the page cannot be made.
    home = Path(root)
    work = _Reproduction(budget, home / HOME, results or results_of(home), progress, again, judge_published(published))
    problems: list[str] = []
    asked = {name: runs for name, runs in work.systems.items() if not only or name in only}
    for name, runs in asked.items():
        progress(f"{name}: {SYSTEMS[name].title}, {len(runs.records())} of {len(runs.jobs)} runs stored")
        if lacked := runs.out_of_reach():
            progress(f"{name}: {len(lacked)} runs that are not here lack a quantity; --again trains them again")
    pace = _Pace(asked, upto)
    for seeds in rounds(upto):
        for name, runs in asked.items():
            tally = runs.train(workers, quiet, seeds)
            problems += [f"{name}: {message}" for _, message in tally.failures]  # A run that diverged is over.
            if tally.stopped is not None:
                return work.write(), tally.stopped
            if tally.total:
                work.draw(name)
                work.write()
                progress(pace.line(name))
    for name, runs in work.systems.items():
        problems += runs.problems
        work.draw_once(name)
    problems = list(dict.fromkeys(problems))
    return work.write(), "; ".join(problems) or None


class _Pace:
    """How many runs of all systems are left, and how long they take at the pace so far."""

    def __init__(self, systems: Mapping[str, SystemRuns], upto: int | None) -> None:
        self._jobs = {name: {job.name for job in runs.entry.jobs(upto)} for name, runs in systems.items()}
        self._systems, self._began = systems, monotonic()
        self._first = self._left()

    def _left(self) -> int:
        return sum(job.name in self._jobs[name] for name, runs in self._systems.items() for job in runs.missing())

    def line(self, name: str) -> str:
        left = self._left()
        done = self._first - left
        time = f", about {duration((monotonic() - self._began) / done * left)}" if done and left else ""
        return f"{name}: done for this round; {left} runs of all systems are left{time}"


def rounds(upto: int | None) -> list[int | None]:
    """How many seeds of each sweep are trained, round by round; None: all."""
    return [*(seeds for seeds in ROUNDS if upto is None or seeds < upto), upto]


@dataclass(frozen=True)
class _Judged:
    """One system: its stored records, those of the runs that the budget asks for, and the verdicts on them."""

    stored: list[Record]
    records: list[Record]
    claims: list[ClaimResult]


class _Reproduction:
    """A reproduction in progress: the runs of every system that the budget trains, and what was drawn so far."""

    def __init__(
        self, budget: Budget, home: Path, results: Results, progress: Progress, again: bool, published: Published
    ) -> None:
        self.published = published
        self.budget, self.home, self.results, self.progress = budget, home, results, progress
        self.systems = {
            name: SystemRuns.of(entry, home / name, results, progress, again)
            for name, entry in catalogue(budget).items()
        }
        self._standard = standard_of(budget, results)
        self._judged: dict[str, _Judged] = {}
        self._drawn = _drawn_before(home / f"{budget}.json")
        self._drawn_now: set[str] = set()

    def draw(self, name: str) -> None:
        """Measure the milestones and draw the pictures of the system's runs in the runs directory, if there are any."""
        runs = self.systems[name].over()
        if runs:
            self.progress(f"{name}: drawing {len(runs)} runs")
            self._drawn[name] = _system(self.systems[name], runs, self.home, self.budget)

            self._drawn_now.add(name)

    def draw_once(self, name: str) -> None:
        """Draw the system unless this call has drawn it."""
        if name not in self._drawn_now:
            self.draw(name)

    def _judge(self, name: str) -> _Judged:
        """The system with its verdicts, judged anew only if its records have changed."""
        before, stored = self._judged.get(name), self.results.read(name)
        if before is None or before.stored != stored:
            runs = self.systems.get(name)
            claims = _claims(name, runs, self.budget, self._standard)
            before = self._judged[name] = _Judged(stored, runs.records() if runs else [], claims)
        return before

    def write(self) -> Reproduction:
        """Judge everything that is stored, and write the result and its page."""
        judged = {name: self._judge(name) for name in SYSTEMS}
        systems = {
            name: _counted(self._drawn.get(name), self.systems[name], judged[name].records)
            for name in self.systems
            if name in self._drawn or judged[name].records
        }
        files, verdicts = self.published
        claims = [claim for one in judged.values() for claim in one.claims]
        result = Reproduction(
            budget=self.budget,
            command=suggested("reproduce", "--budget", self.budget),
            date=datetime.now(UTC).date().isoformat(),
            versions=versions(),
            device=device("cpu"),
            git_commit=git_commit(),
            **frozen_rules(self.results),
            training_seconds=sum(system.seconds for system in systems.values()),
            sheet=contact_sheet(systems, lambda system: f"not trained yet: {command(system, self.budget)}"),
            systems=tuple(systems.values()),
            claims=tuple(one.model_copy(update={"published": tuple(verdicts.get(one.id, ()))}) for one in claims),
            published=files,
        )
        made_folder(self.home)
        drawings = {
            p.file: (self.home / p.file).read_text("utf-8") for s in result.systems for p in s.pictures if p.file
        }
        stored = (result.model_dump_json(indent=1) + "\n").encode()
        atomic_write(self.home / f"{self.budget}.json", stored)
        page = render_reproduction(result, drawings, JUDGING, NULL)
        atomic_write(self.home / f"{self.budget}.html", page.encode())
        return result


def judge_stored(budget: Budget, results: Results) -> tuple[ClaimResult, ...]:
    """The verdict on every claim that follows from the stored records."""
    standard, systems = standard_of(budget, results), _stored_systems(budget, results)
    return tuple(claim for name in SYSTEMS for claim in _claims(name, systems.get(name), budget, standard))


def _claims(system: str, runs: SystemRuns | None, budget: Budget, standard: Standard) -> list[ClaimResult]:
    """The verdict on every claim about a system; on no runs where the budget trains none of it. Runs that the budget
    does not ask for give the verdict on earlier runs."""
    records, others = (runs.records(), runs.others()) if runs else ([], [])
    return judge_system(system, records, command(system, budget), standard, others)


def _stored_systems(budget: Budget, results: Results) -> dict[str, SystemRuns]:
    """The systems of a budget by their stored records alone, without a runs directory."""
    return {name: SystemRuns.of(entry, Path(), results, lambda line: None) for name, entry in catalogue(budget).items()}


def standard_of(budget: Budget, results: Results) -> Standard:
    """The frozen rules beside the records, and the history of the budget."""
    return Standard(
        rules=read_rules(results.path.parent / RULES),
        only_frozen=budget == "full",
        history=read_history(results, budget),
        reasons=read_reasons(results),
    )


def frozen_rules(results: Results) -> dict[str, Any]:
    """The fields of a result that name the frozen rules: their hash, and when they were frozen."""
    rules = read_rules(results.path.parent / RULES)
    return {} if rules is None else {"rules_hash": rules.hash, "freezes": rules.freezes()}


def command(system: str, budget: Budget) -> str:
    """The command that trains and measures a system: with the budget, or with the full one if it leaves it out."""
    trains = budget if system in catalogue(budget) else "full"
    return f"latebloom reproduce --budget {trains} --only {system}"


def _drawn_before(path: Path) -> dict[str, SystemResult]:
    """The systems of an earlier call whose pictures are still there."""
    try:
        stored = Reproduction.model_validate_json(read_file(path))
    except (StoreError, OSError, ValueError):
        return {}
    return {system.name: system for system in stored.systems if _has_pictures(system, path.parent)}


def _has_pictures(system: SystemResult, home: Path) -> bool:
    return all((home / picture.file).is_file() for picture in system.pictures if picture.file)


def _counted(drawn: SystemResult | None, runs: SystemRuns, records: list[Record]) -> SystemResult:
    """What was drawn of a system, with its present sweeps and the number and time of all runs that have a record."""
    empty = _empty(runs.entry, runs)
    system = drawn or empty
    update = {
        "note": empty.note,
        "commands": empty.commands,
        "runs": len(runs.jobs),
        "stored": len(records),
        "finished": sum(record.status == "finished" for record in records),
        "seconds": sum(record.seconds or 0.0 for record in records),
    }
    return system.model_copy(update=update)


def recount(budget: Budget, results: Results, drawn: Collection[SystemResult]) -> tuple[SystemResult, ...]:
    """The systems of a stored result by the present catalogue and records; what was drawn of them stays."""
    before = {system.name: system for system in drawn}
    systems = _stored_systems(budget, results)
    records = {name: runs.records() for name, runs in systems.items()}
    return tuple(
        _counted(before.get(name), runs, records[name])
        for name, runs in systems.items()
        if name in before or records[name]
    )


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
    """A note with the primes, where some are not the write-up's."""
    primes = {p for task in tasks if (p := getattr(task, "p", None)) is not None}
    if primes <= {PUBLISHED_P}:
        return None
    return f"Mod {', '.join(map(str, sorted(primes)))}; the write-up has {PUBLISHED_P}."
