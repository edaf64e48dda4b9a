"""Train and measure what one system lacks, and store each run's record as soon as the run ends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from latebloom._errors import LatebloomError
from latebloom.claims import CLAIMS, Record, Results, record_run
from latebloom.lab.measure import measure
from latebloom.lab.reproduce.beginnings import Beginnings, last_step
from latebloom.lab.reproduce.catalogue import Entry
from latebloom.runs import Job, JobResult, Run, start_from
from latebloom.store import DiskFullError, identity
from latebloom.sweeps.expand import expand
from latebloom.sweeps.place import Folder
from latebloom.sweeps.plan import OVER
from latebloom.sweeps.spec import Spec
from latebloom.sweeps.tally import Tally
from latebloom.sweeps.train import train_sweep

Progress = Callable[[str], None]
"""Receives one line about the current work."""


@dataclass(frozen=True)
class SystemRuns:
    """The runs of one system: those in a runs directory, and the stored records of runs from anywhere.

    folder: the directory of the system's sweep. jobs: every run that the budget asks for. results: the stored records.
    again: whether to train a run again whose record lacks a quantity, where the run itself is not in the folder.
    problems: runs that could not be measured, and why.
    """

    entry: Entry
    folder: Path
    jobs: Sequence[Job]
    results: Results
    progress: Progress
    again: bool = False
    problems: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, entry: Entry, folder: Path, results: Results, progress: Progress, again: bool = False) -> "SystemRuns":
        """Those that an entry of the catalogue asks for."""
        return cls(entry, folder, entry.jobs(), results, progress, again)

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of all quantities that the system's claims need."""
        mine = (claim for claim in CLAIMS.values() if claim.system == self.entry.system)
        return tuple(dict.fromkeys(name for claim in mine for name in claim.quantities))

    def records(self) -> list[Record]:
        """The stored records of the runs that the budget asks for, in the order of the catalogue."""
        return [record for _, record in self._jobs_with_records() if record is not None]

    def others(self) -> list[Record]:
        """The stored records of runs by the same recipes that the budget does not ask for."""
        asked, recipes = {_identity(job) for job in self.jobs}, {job.experiment.recipe for job in self.jobs}
        stored = self.results.read(self.entry.system)
        return [r for r in stored if r.identity not in asked and r.experiment.get("recipe") in recipes]

    def missing(self) -> list[Job]:
        """The runs to train or to measure: those that are not over by their records, and those whose record lacks a
        quantity. Of the latter a run that is not in the folder counts only if `again` asks to train it once more."""
        return [
            job
            for job, record in self._jobs_with_records()
            if record is None or record.status not in OVER or (self._lacks(record) and (self.again or self._has(job)))
        ]

    def out_of_reach(self) -> dict[str, tuple[str, ...]]:
        """The quantities that the records of runs lack that are over, not in the folder, and not trained again; by the
        name of the run."""
        left = {job.name for job in self.missing()}
        return {
            job.name: lacked
            for job, record in self._jobs_with_records()
            if record is not None and job.name not in left and (lacked := self._lacks(record))
        }

    def _jobs_with_records(self) -> list[tuple[Job, Record | None]]:
        stored = {record.identity: record for record in self.results.read(self.entry.system)}
        return [(job, stored.get(_identity(job))) for job in self.jobs]

    def _lacks(self, record: Record) -> tuple[str, ...]:
        return tuple(name for name in self.quantities if name not in record.quantities)

    def _has(self, job: Job) -> bool:
        return Run(self.folder / job.name).directory.exists()

    def over(self) -> list[Run]:
        """The runs in the runs directory that are over, in the order of the catalogue."""
        return [run for run in (Run(self.folder / job.name) for job in self.jobs) if _is_over(run)]

    def train(self, workers: int | None, quiet: bool, upto: int | None = None) -> Tally:
        """Train and measure what is missing; ``upto``: of the first so many seeds of each sweep."""
        asked = {job.name for job in self.entry.jobs(upto)}
        missing = {job.name: job for job in self.missing() if job.name in asked}
        for name in [name for name in missing if _is_over(Run(self.folder / name))]:
            self._record(missing.pop(name))
        self._start_from_others(list(missing.values()))

        def on_end(result: JobResult) -> None:
            if result.status in OVER:
                self._record(missing[result.name])

        return train_sweep(Folder(self.folder), list(missing.values()), workers=workers, quiet=quiet, on_end=on_end)

    def _start_from_others(self, jobs: Sequence[Job]) -> None:
        """Start each run that has not begun from a finished one that is its beginning, where there is one."""
        beginnings = Beginnings(self.folder.parent.parent)
        for job in jobs:
            source = None if self._has(job) else beginnings.of(job.experiment)
            if source is not None:
                self._start(job, source)

    def _start(self, job: Job, source: Run) -> None:
        """Copy the beginning of a run. If that fails, it is trained from step 0, as it would be without a beginning."""
        at = f"at step {last_step(source)} of {job.experiment.training.steps}"
        self.progress(f"{self.entry.system}: {job.name} starts from {source.path}, {at}")
        try:
            start_from(source, job.experiment, job.name, self.folder)
        except DiskFullError:
            raise
        except LatebloomError as error:
            self.progress(f"{self.entry.system}: {job.name} starts at step 0 instead: {error}")

    def _record(self, job: Job) -> None:
        """Measure a run that is over, and store its record; an error is kept, and leaves the run missing."""
        run = Run(self.folder / job.name)
        self.progress(f"{self.entry.system}: measuring {job.name}")
        try:
            if self.entry.measured:
                measure(run, asked=self.entry.asked)
            record = record_run(run, self.quantities, self.entry.system, self._command(job))
            self.results.add(self.entry.system, [record])
        except LatebloomError as error:
            self.problems.append(f"{self.entry.system}: {job.name} could not be measured: {error}")

    def _command(self, job: Job) -> str:
        """The command of the sweep that the run belongs to."""
        return self._commands[job.name]

    @cached_property
    def _commands(self) -> dict[str, str]:
        """The command of each run's sweep, by the name of the run."""
        return {job.name: spec.command() for spec in reversed(self.entry.specs) for job in expand(spec)}


@dataclass(frozen=True)
class MeasuredRuns(SystemRuns):
    """The runs of other sweeps, measured and stored as those of the write-up's systems are. wanted: names of the
    quantities that are measured."""

    wanted: tuple[str, ...] = ()

    @classmethod
    def by_specs(
        cls, name: str, specs: Sequence[Spec], home: Path, results: Results, progress: Progress, wanted: tuple[str, ...]
    ) -> "MeasuredRuns":
        """The runs of these sweeps, in the directory ``home/name``."""
        entry = Entry(name, tuple(specs), measured=False, figures=(), by=())
        return cls(entry, home / name, entry.jobs(), results, progress, wanted=wanted)

    @property
    def quantities(self) -> tuple[str, ...]:
        """Those that are wanted."""
        return self.wanted


def _is_over(run: Run) -> bool:
    return run.directory.exists() and run.status in OVER


def _identity(job: Job) -> str:
    return identity(job.experiment.model_dump(mode="json"))
