"""The table of a sweep, one row per run; ``table.parquet`` caches the results."""

from __future__ import annotations

import json
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from latebloom._errors import LatebloomError, StoreError
from latebloom.runs import Run
from latebloom.store import atomic_write, find_runs
from latebloom.store.disk import read_if_there
from latebloom.store.parquet import read_parquet
from latebloom.store.sweep_documents import Failure
from latebloom.sweeps.failures import read_failures
from latebloom.sweeps.fields import flat, misfits, varied
from latebloom.sweeps.row import COLUMNS, FINAL, STEPS, results

CACHE = "table.parquet"
VERSION = "5"
"""Version of the definitions of the columns. Increase it when rows of an older cache would be wrong."""

ALWAYS = ("task.p", "training.steps")
"""Fields that have a column even if all runs agree, because the figures of a sweep need them."""

_TYPES = {
    **dict.fromkeys(STEPS, pa.float64()),
    **dict.fromkeys(FINAL, pa.float64()),
    "outcome": pa.string(),
    "grokked": pa.bool_(),
    "key_frequencies": pa.list_(pa.int64()),
}
_SCHEMA = pa.schema([("hash", pa.string()), ("step", pa.int64()), *((name, _TYPES[name]) for name in COLUMNS)])
TableProgress = Callable[[int, int], None]
"""Receives the number of runs read so far and the number of all runs."""


def sweep_runs(path: Path) -> list[Run]:
    """Every run of the sweep that has begun, sorted by name."""
    return [Run(directory.path) for directory in find_runs(path) if directory.path.parent == path]


def sweep_table(path: Path, progress: TableProgress | None = None) -> pa.Table:
    """Columns: run, the fields of the experiment in which the runs differ, seed, status, step, the columns of
    `latebloom.sweeps.row.COLUMNS` and ALWAYS, seconds, message, hash. Includes runs that failed before they began.
    Sorted by the fields, then by seed. Of a run whose record cannot be read, as where its task is not registered, the
    step is None, so that no statistic counts it as a run that did not generalise; a warning says so."""
    runs = sweep_runs(path)
    failures = read_failures(path)
    cache = _cached(path / CACHE)
    rows = [_row(run, cache, failures) for run in _counted(runs, progress)]
    _store(path / CACHE, cache, rows)
    _warn_of([row["problem"] for row in rows if row.get("problem")], len(rows))
    named = {run.path.name for run in runs}
    rows += [_failed(name, failure) for name, failure in failures.items() if name not in named]
    return _assembled(rows)


def _row(run: Run, cache: dict[tuple[str, int], dict[str, Any]], failures: Mapping[str, Failure]) -> dict[str, Any]:
    """The row of a run, with its results from the cache if it contains them."""
    status = run.status
    try:
        manifest = run.manifest
    except LatebloomError as error:
        return {"run": run.path.name, "status": status, "message": str(error), "problem": str(error)}
    failure = failures.get(run.path.name)
    found = _results(run, (manifest.experiment_hash, manifest.step), cache)
    return {
        "run": run.path.name,
        "experiment": flat(manifest.experiment),
        "seed": manifest.seed,
        "status": "failed" if failure and status == "interrupted" else status,
        **found,
        "seconds": manifest.seconds,
        "message": failure.message if failure else manifest.message or found.get("problem"),
    }


def _warn_of(problems: Sequence[str], runs: int) -> None:
    if problems:
        warnings.warn(
            f"{len(problems)} of {runs} runs cannot be read and are left out of statistics: {problems[0]}", stacklevel=3
        )


def _results(run: Run, key: tuple[str, int], cache: dict[tuple[str, int], dict[str, Any]]) -> dict[str, Any]:
    """Cached or new results. New results are cached unless a file could not be read, since it may be repaired."""
    if key in cache:
        return cache[key]
    found = results(run)
    if found.problem is not None:
        return {**found.columns, "hash": key[0], "problem": found.problem}
    row = {"hash": key[0], "step": key[1], **found.columns}
    if found.complete:
        cache[key] = row
    return row


def _failed(name: str, failure: Failure) -> dict[str, Any]:
    """The row of a run that failed before it had a manifest."""
    experiment = flat(failure.experiment)
    seed = experiment.get("model.seed")
    return {"run": name, "experiment": experiment, "seed": seed, "status": "failed", "message": failure.message}


def _assembled(rows: list[dict[str, Any]]) -> pa.Table:
    for place, problem in misfits([row.get("experiment", {}) for row in rows]).items():
        rows[place] = {"run": rows[place]["run"], "status": "damaged", "message": problem}
    fields = varied([row["experiment"] for row in rows if "experiment" in row])
    columns: dict[str, pa.Array] = {"run": pa.array([row["run"] for row in rows], pa.string())}
    columns |= {name: pa.array([row.get("experiment", {}).get(name) for row in rows]) for name in fields}
    types = {"seed": pa.int64(), "status": pa.string(), "step": pa.int64()}
    types |= {name: _SCHEMA.field(name).type for name in COLUMNS}
    for name in ALWAYS if rows else ():
        columns.setdefault(name, pa.array([row.get("experiment", {}).get(name) for row in rows]))
    types |= {"seconds": pa.float64(), "message": pa.string(), "hash": pa.string()}
    columns |= {name: pa.array([row.get(name) for row in rows], kind) for name, kind in types.items()}
    return pa.table(columns).sort_by([(name, "ascending") for name in (*fields, "seed", "run")])


def _counted(runs: Sequence[Run], progress: TableProgress | None) -> Iterator[Run]:
    for count, run in enumerate(runs):
        if progress is not None:
            progress(count, len(runs))
        yield run


def _cached(path: Path) -> dict[tuple[str, int], dict[str, Any]]:
    """Results by experiment and step; empty if the cache is damaged or of another version."""
    try:
        table = read_parquet(read_if_there(path) or b"")
        rows = table.to_pylist()
        metadata = _metadata(rows)
    except (ValueError, StoreError):
        return {}
    return {(row["hash"], row["step"]): row for row in rows} if table.schema.metadata == metadata else {}


def _metadata(rows: Sequence[dict[str, Any]]) -> dict[bytes, bytes]:
    """Of a cache with these rows: the version and a checksum, so that an altered cache is not used."""
    return {b"latebloom": VERSION.encode(), b"crc32": f"{zlib.crc32(json.dumps(rows).encode()):08x}".encode()}


def _store(path: Path, cache: dict[tuple[str, int], dict[str, Any]], rows: Sequence[dict[str, Any]]) -> None:
    """Write the results of these rows if possible; the sweep may be on a read-only disk."""
    used = dict.fromkeys((row["hash"], row["step"]) for row in rows if "step" in row)
    table = pa.Table.from_pylist([cache[key] for key in used if key in cache], schema=_SCHEMA)
    table = table.replace_schema_metadata(_metadata(table.to_pylist()))
    with suppress(StoreError):
        atomic_write(path, lambda temporary: pq.write_table(table, temporary))
