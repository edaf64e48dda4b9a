"""The local engine: worker processes on this machine, each on one thread."""

from __future__ import annotations

import multiprocessing
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType

from latebloom._errors import UsageError
from latebloom.sweeps.children import GUARD, UNGUARDED, children_ignore_interrupts, single_threaded_children
from latebloom.sweeps.engine import Ended, Event, Lost, Reached
from latebloom.sweeps.grouping import Batch
from latebloom.sweeps.place import Place
from latebloom.sweeps.worker import serve


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    batch: Batch | None = None


class LocalEngine:
    """Up to ``workers`` processes, started when there is work and replaced when they die."""

    def __init__(self, place: Place, workers: int) -> None:
        self._place = place
        self._workers_at_most = workers
        self._workers: list[_Worker] = []

    @property
    def free(self) -> bool:
        return len(self._workers) < self._workers_at_most or any(worker.batch is None for worker in self._workers)

    def submit(self, batch: Batch) -> None:
        worker = next((worker for worker in self._workers if worker.batch is None), None) or self._started()
        worker.batch = batch
        with suppress(BrokenPipeError):  # the worker died while idle; `wait` reports it
            worker.pipe.send(batch.jobs)

    def wait(self, seconds: float) -> list[Event]:
        busy = {worker.pipe: worker for worker in self._workers if worker.batch is not None}
        return [self._event(busy[pipe]) for pipe in wait(list(busy), seconds)]  # type: ignore[index]

    def stop(self) -> None:
        for worker in self._workers:
            worker.process.terminate()

    def __enter__(self) -> LocalEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.pipe.close()
            worker.process.kill()  # idle workers too, since a normal exit takes Python a second
        for worker in self._workers:
            worker.process.join()

    def _started(self) -> _Worker:
        context = multiprocessing.get_context("spawn")  # a fork would share locks and threads
        pipe, worker_end = context.Pipe()
        process = context.Process(target=serve, args=(worker_end, self._place), daemon=True)
        with single_threaded_children(), children_ignore_interrupts():
            process.start()
        worker_end.close()  # so that the pipe ends with the process
        self._workers.append(_Worker(process, pipe))
        return self._workers[-1]

    def _event(self, worker: _Worker) -> Event:
        batch = worker.batch
        assert batch is not None
        try:
            kind, *rest = worker.pipe.recv()
        except (EOFError, OSError):  # the message is missing or incomplete
            return Lost(batch, self._remove_dead(worker))
        if kind == "reached":
            return Reached(*rest)
        worker.batch = None
        return Ended(batch, rest[0]) if kind == "ended" else Lost(batch, rest[0])

    def _remove_dead(self, worker: _Worker) -> str:
        """Remove a worker that died; return how it ended. Errors: UsageError if it came upon the sweep itself."""
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)
        code = worker.process.exitcode
        if code == UNGUARDED:
            raise UsageError(GUARD) from None
        return f"the worker process was killed by signal {-code}" if code and code < 0 else f"the worker ended ({code})"
