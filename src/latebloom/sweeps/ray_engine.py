"""The Ray engine: each batch is a task on a Ray cluster, which Ray schedules."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any

from latebloom._errors import LatebloomError, UsageError, first_line
from latebloom._registry import VARIABLE
from latebloom.runs import Job
from latebloom.sweeps.engine import Ended, Event, Lost
from latebloom.sweeps.grouping import Batch
from latebloom.sweeps.place import Place

AHEAD = 2
"""Batches submitted per core of the cluster, so that no core waits for the next batch and an autoscaling cluster sees a
queue."""


class RayEngine:
    """Tasks of one core each (and one GPU each with ``gpu``).

    Tasks run on the cluster at ``address``, else at the address in the environment variable RAY_ADDRESS, else on a new
    cluster on this machine. The coordinator retries failed batches. Workers import the modules listed in this process's
    LATEBLOOM_IMPORT; on other machines these modules must be installed.
    Errors: UsageError if Ray is not installed, LatebloomError if there is no cluster at the address.
    """

    def __init__(self, place: Place, address: str | None = None, gpu: bool = False) -> None:
        self._ray = _ray()
        self._started_cluster = not self._ray.is_initialized()
        if self._started_cluster:
            self._connect(address)
        remote = self._ray.remote(num_cpus=1, num_gpus=int(gpu), max_retries=0)
        self._train = remote(_trained)
        self._place = self._ray.put(place)
        self._submitted: dict[Any, Batch] = {}

    @property
    def free(self) -> bool:
        cores = int(self._ray.cluster_resources().get("CPU", 0))
        return len(self._submitted) < AHEAD * max(1, cores)

    def submit(self, batch: Batch) -> None:
        self._submitted[self._train.remote(self._place, batch.jobs, os.environ.get(VARIABLE, ""))] = batch

    def wait(self, seconds: float) -> list[Event]:
        ready, _ = self._ray.wait(list(self._submitted), num_returns=1, timeout=seconds)
        return [self._event(task) for task in ready]

    def stop(self) -> None:
        for task in self._submitted:
            self._ray.cancel(task, force=False)

    def __enter__(self) -> RayEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._submitted:
            self._ray.cancel(task, force=True)
        if self._started_cluster:
            self._ray.shutdown()

    def _connect(self, address: str | None) -> None:
        try:
            self._ray.init(address=address, include_dashboard=None, log_to_driver=False, logging_level="error")
        except (ConnectionError, ValueError, RuntimeError) as error:
            where = address or "this machine"
            raise LatebloomError(f"--engine ray: no Ray cluster at {where}: {first_line(error)}") from None

    def _event(self, task: Any) -> Event:
        batch = self._submitted.pop(task)
        try:
            kind, content = self._ray.get(task)
        except self._ray.exceptions.RayError as error:
            return Lost(batch, f"{type(error).__name__}: {first_line(error)}")
        return Ended(batch, content) if kind == "ended" else Lost(batch, content)


def _ray() -> Any:
    try:
        import ray
    except ImportError:
        raise UsageError(
            "--engine ray: Ray is not installed; pip install 'latebloom[ray]', or use --engine local"
        ) from None
    return ray


def _trained(place: Place, jobs: tuple[Job, ...], modules: str) -> tuple[str, object]:
    """The task, on a worker of the cluster. Does not report progress within a batch, to reduce load on the driver.

    modules: the driver's LATEBLOOM_IMPORT; a cluster's workers do not inherit the environment.
    """
    os.environ[VARIABLE] = modules
    from latebloom.runs.threads import single_threaded_torch
    from latebloom.sweeps.worker import trained

    with single_threaded_torch():
        return trained(place, jobs, lambda name, step: None)
