"""Run the search: every round is a sweep into one directory, so a repeated search reuses existing runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from time import monotonic

from latebloom._errors import StoreError, UsageError
from latebloom.lab.crossover.bisect import Range, next_sizes
from latebloom.lab.crossover.result import Crossover, SearchEnd, Tried, with_majorities
from latebloom.phases import OutcomeName
from latebloom.runs import Job
from latebloom.statistics import decided
from latebloom.sweeps.expand import expand
from latebloom.sweeps.place import Folder
from latebloom.sweeps.plan import OVER
from latebloom.sweeps.spec import Spec
from latebloom.sweeps.table import sweep_runs, sweep_table
from latebloom.sweeps.tally import Tally
from latebloom.sweeps.train import train_sweep

SizeObserver = Callable[[Tried], None]
"""Receives every size once its repeats are over."""


@dataclass(frozen=True)
class Limits:
    """``runs``: the largest number of runs to train; ``minutes``: no round begins later. None: no limit."""

    runs: int | None = None
    minutes: float | int | None = None


@dataclass(frozen=True)
class Search:
    """A search over ``field`` of ``spec``, whose seeds are the repeats; ``place``: the sweep with all runs."""

    spec: Spec
    field: str
    within: Range
    place: Folder

    def spec_of(self, sizes: Sequence[float]) -> Spec:
        """The sweep over these sizes."""
        texts = tuple(str(int(size)) if self.within.whole else repr(size) for size in sizes)
        return self.spec.model_copy(update={"grid": {self.field: texts}})

    def jobs(self, size: float) -> list[Job]:
        """One job per repeat. Errors: as `latebloom.sweeps.expand.expand`."""
        return expand(self.spec_of([size]))

    def missing(self, size: float) -> list[Job]:
        """The jobs of a size that are not over yet."""
        return [job for job in self.jobs(size) if self.place.status(job.name) not in OVER]

    def completed(self) -> list[float]:
        """The sizes in the range whose repeats are all over, with exactly these settings."""
        stored = [run.experiment for run in sweep_runs(self.place.path) if run.status in OVER]
        values = {experiment.setting(self.field) for experiment in stored}
        sizes = sorted({float(value) for value in values if value is not None})
        return [size for size in sizes if self.within.low <= size <= self.within.high and not self.missing(size)]

    def outcomes(self, sizes: Sequence[float]) -> dict[float, list[OutcomeName | None]]:
        """The outcomes of the repeats at each size, from the sweep's table."""
        rows = {row["run"]: row for row in sweep_table(self.place.path).to_pylist()} if sizes else {}

        def of(job: Job) -> OutcomeName | None:
            row = rows.get(job.name, {})
            done, budget = row.get("step") or 0, job.experiment.training.steps
            return decided(row.get("outcome"), done, budget)

        return {size: [of(job) for job in self.jobs(size)] for size in sizes}


def run_search(
    search: Search,
    limits: Limits | None = None,
    workers: int | None = None,
    quiet: bool = False,
    observer: SizeObserver = lambda tried: None,
) -> Crossover:
    """Bisect until both edges are located to the tolerance, or until a limit is reached.

    An interrupt or a full disk ends the search cleanly; a repeated search continues it. The result is stored as
    ``crossover.json`` in the sweep; if that fails, it is returned with ``ended`` "failed". Errors: as
    `train_sweep`.
    """
    limits, begin, trained = limits or Limits(), monotonic(), 0
    if limits.runs is not None and limits.runs < len(search.spec.seeds):
        raise UsageError(f"--runs-at-most: got {limits.runs}, expected at least the repeats, {len(search.spec.seeds)}")
    tried = search.outcomes(search.completed())
    ended: tuple[SearchEnd, str | None] = ("done", None)
    while ended[0] == "done" and (sizes := next_sizes(tried, search.within)):
        sizes = sizes if limits.runs is None else _affordable(search, sizes, limits.runs - trained)
        if not sizes:
            ended = ("runs spent", None)
        elif limits.minutes is not None and monotonic() - begin > 60 * limits.minutes:
            ended = ("minutes spent", None)
        else:
            tally = train_sweep(search.place, _jobs(search, sizes), search.spec_of(sizes), workers=workers, quiet=quiet)
            trained += sum(tally.ended.values()) - tally.ended["interrupted"]
            ended = _ended(tally)
            over = [size for size in sizes if not search.missing(size)]
            for size, outcomes in search.outcomes(over).items():
                tried[size] = outcomes
                observer(with_majorities(size, outcomes))
    result = Crossover.of(search.field, search.within, tried, *ended, trained)
    return _stored(search, result) if tried else result


def _stored(search: Search, result: Crossover) -> Crossover:
    """Store the result; if that fails, add the reason as its message unless it has one."""
    try:
        search.place.write("crossover", result.model_dump(mode="json"))
    except StoreError as error:
        return result.model_copy(update={"ended": "failed", "message": result.message or str(error)})
    return result


def _jobs(search: Search, sizes: Sequence[float]) -> list[Job]:
    return [job for size in sizes for job in search.jobs(size)]


def _affordable(search: Search, sizes: Sequence[float], runs: int) -> tuple[float, ...]:
    """The first sizes that at most ``runs`` runs can complete."""
    cost = accumulate(len(search.missing(size)) for size in sizes)
    return tuple(size for size, spent in zip(sizes, cost) if spent <= runs)


def _ended(tally: Tally) -> tuple[SearchEnd, str | None]:
    """("done", None) if the search can continue, else the reason why it cannot."""
    if tally.stopped == "interrupted":
        return "interrupted", None
    if tally.left or tally.count("failed"):
        return "failed", tally.stopped or next((text for _, text in tally.failures), None)
    return "done", None
