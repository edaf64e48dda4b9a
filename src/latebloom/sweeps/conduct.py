"""The coordinator: submits batches to an engine, counts their results and retries lost batches."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from latebloom.runs import Job, JobResult
from latebloom.runs.interrupt import Interrupt
from latebloom.sweeps.engine import Ended, Event, Reached, SweepEngine
from latebloom.sweeps.failures import Failures
from latebloom.sweeps.grouping import Batch
from latebloom.sweeps.place import Place
from latebloom.sweeps.tally import Tally

ATTEMPTS = 3
"""Attempts per batch: twice as a whole, then run by run, so that a run that kills its worker does not fail the other
runs of its batch."""

WAIT_SECONDS = 0.5
View = Callable[[Tally], None]
OnEnd = Callable[[JobResult], None]
"""Receives the result of each run as it ends."""


@dataclass
class Conductor:
    """One sweep in progress. Its memory grows only with the number of batches that are not submitted yet."""

    place: Place
    engine: SweepEngine
    tally: Tally
    failures: Failures
    view: View
    on_end: OnEnd = lambda result: None
    _pending: deque[Batch] = field(default_factory=deque)
    _submitted: int = 0
    _stopping: bool = False

    def conduct(self, batches: Iterable[Batch]) -> None:
        """Train the batches to their end, or until an interrupt or a full disk; `tally` then holds the counts."""
        self._pending.extend(batches)
        with Interrupt() as interrupt:
            while self._submitted or (self._pending and self.tally.stopped is None):
                if interrupt.asked and not self._stopping:
                    self._stopping = True
                    self.tally.stopped = self.tally.stopped or "interrupted"
                    self.engine.stop()
                self._submit_batches()
                for event in self.engine.wait(WAIT_SECONDS):
                    self._handle(event)
                self.view(self.tally)

    def _submit_batches(self) -> None:
        while self._pending and self.engine.free and self.tally.stopped is None:
            batch = self._pending.popleft()
            self.tally.begin(job.name for job in batch.jobs)
            self.engine.submit(batch)
            self._submitted += 1

    def _handle(self, event: Event) -> None:
        if isinstance(event, Reached):
            self.tally.reached(event.name, event.step)
            return
        self._submitted -= 1
        if isinstance(event, Ended):
            self._settle(event.batch, event.results, "the run was stopped from outside")
        else:
            self._settle(event.batch, self._results_on_disk(event.batch), event.reason)
        self.failures.save(self.place)

    def _results_on_disk(self, batch: Batch) -> list[JobResult]:
        """The state on disk of the runs of a lost batch."""
        results = []
        for job in batch.jobs:
            stored = self.place.status(job.name)
            status = stored if stored in ("finished", "diverged") else "interrupted"
            results.append(JobResult(job.name, status, 0))
        return results

    def _settle(self, batch: Batch, results: Iterable[JobResult], reason: str) -> None:
        """Count the runs that ended. Retry the others; after the last attempt they count as failed for ``reason``."""
        jobs = {job.name: job for job in batch.jobs}
        left = []
        for result in results:
            if result.status == "interrupted" and self.tally.stopped is None:
                left.append(jobs[result.name])
            else:
                self._count(jobs[result.name], result)
        if left and batch.attempt >= ATTEMPTS:
            for job in left:
                message = f"given up after {ATTEMPTS} attempts: {reason}"
                self._count(job, JobResult(job.name, "failed", 0, message))
        elif left:
            self.tally.retry(job.name for job in left)
            self._pending.extendleft(_retried(Batch(tuple(left), batch.attempt + 1)))

    def _count(self, job: Job, result: JobResult) -> None:
        self.tally.end(result)
        self.failures.note(job, result)
        self.on_end(result)
        if result.fatal:
            self.tally.stopped = result.message


def _retried(batch: Batch) -> list[Batch]:
    """The batch for its next attempt."""
    if batch.attempt < ATTEMPTS:
        return [batch]
    return [Batch((job,), batch.attempt) for job in batch.jobs]
