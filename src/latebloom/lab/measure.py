"""Every measure at every checkpoint of a run, kept in the run."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch

from latebloom._errors import UsageError
from latebloom.circuits.modular.grid import modular_grid
from latebloom.circuits.modular.key_frequencies import key_frequencies
from latebloom.measures import Snapshot, measure_snapshot, measures_of
from latebloom.models import Examples
from latebloom.runs import Run, open_run
from latebloom.runs.threads import one_thread
from latebloom.store import RunLock, append_rows, empty_table
from latebloom.tasks import ModularTask
from latebloom.training import DataSource

WRITE_EVERY = 20
"""Checkpoints between two writes: what an interrupted `measure` has to do again."""

Progress = Callable[[int, int], None]
"""Told how many checkpoints are done, and of how many."""


def measure(
    target: Run | str | Path, rule: str = "neurons", progress: Progress | None = None, root: str | Path = "runs"
) -> Run:
    """Fill ``measures.parquet`` of a run, one row per checkpoint, and return the run; its `metrics` has the columns.

    target: a run (an object, a path or a name under ``root``).

    Key frequencies are those of the last checkpoint, by the rule of that name, applied to every checkpoint. What is
    measured already, with the same key frequencies and measures, is kept: an interrupted call goes on where it stopped.
    Errors: UsageError for a run without checkpoints or an unknown rule; RunLockedError while the run trains.
    """
    run = open_run(target, root)
    steps = run.checkpoints
    if not steps:
        raise UsageError(f"{run.path} has no checkpoints to measure; train it further")
    keys = _keys(run, rule)
    basis = {"rule": rule, "key_frequencies": keys, "measures": [measure.__name__ for measure in measures_of(run.task)]}
    with RunLock(run.path):
        table = run.directory.read_table("measures") if _same(run, basis) else empty_table()
        run.directory.write_document("measures", {"step": steps[-1], **basis})
        done = set(table["step"].to_pylist())
        sets = _sets(run)
        left = [step for step in steps if step not in done]

        def row(step: int) -> dict[str, float | int | None]:
            return {"step": step, **measure_snapshot(snapshot(run, step, keys, sets))}

        threads = torch.get_num_threads()
        # Checkpoints side by side, each on one thread: operations on two wait for each other at every turn.
        with one_thread(), ThreadPoolExecutor(threads, "measure") as pool:
            for start in range(0, len(left), WRITE_EVERY):
                table = append_rows(table, list(pool.map(row, left[start : start + WRITE_EVERY])))
                run.directory.write_table("measures", table)
                if progress is not None:
                    progress(len(table), len(steps))
    return run


def snapshot(run: Run, step: int, keys: list[int], sets: dict[str, Examples]) -> Snapshot:
    """One checkpoint as measures see it, in float32."""
    model = run.checkpoint(step).model
    grid = modular_grid(model, run.task) if isinstance(run.task, ModularTask) else None
    return Snapshot(model, run.task, sets, grid, tuple(keys), run.train_mask)


def _sets(run: Run) -> dict[str, Examples]:
    source = DataSource(run.experiment)
    named = {"train": source.train, "test": source.test}
    return {name: examples for name, examples in named.items() if examples is not None}


def _keys(run: Run, rule: str) -> list[int]:
    if not isinstance(run.task, ModularTask):
        return []
    return key_frequencies(modular_grid(run.checkpoint().model.double(), run.task), rule)


def _same(run: Run, basis: dict[str, Any]) -> bool:
    document = run.directory.read_document("measures")
    return document is not None and {name: document.get(name) for name in basis} == basis
