"""Train a sweep, read its table, list runs and query their metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latebloom._errors import UsageError
from latebloom.runs import Run
from latebloom.store import find_runs
from latebloom.sweeps.expand import expand
from latebloom.sweeps.place import Folder, place_of
from latebloom.sweeps.query import query_runs
from latebloom.sweeps.spec import parse_spec, usual_name
from latebloom.sweeps.sweep import Sweep, load_sweep
from latebloom.sweeps.train import EngineName, train_sweep

if TYPE_CHECKING:
    import pyarrow


def sweep(
    recipe: str,
    grid: Mapping[str, Sequence[Any]] | None = None,
    seeds: Iterable[int] | str = (0,),
    settings: Mapping[str, Any] | None = None,
    name: str | None = None,
    root: str | Path = "runs",
    engine: EngineName = "local",
    workers: int | None = None,
    address: str | None = None,
    quiet: bool = False,
) -> Sweep:
    """Train a recipe over every combination of the grid's values at every seed, into ``root/name``.

    grid: ``{"optimiser.lr": [1e-3, 3e-3]}``. seeds: numbers, or text such as ``"0:8"``. settings: changes to the recipe
    for all runs, ``{"task.p": 31}``. engine, workers, address: as in `latebloom sweep`.
    Existing runs are kept and interrupted runs continue, so the same call completes a sweep, and a call with more
    values or seeds extends it. The table of the sweep shows how each run ended.
    Errors: UsageError for an unknown recipe or field, a value out of range, and in a script that calls this without
    ``if __name__ == "__main__":``, since each worker process imports the script.
    """
    listed = seeds if isinstance(seeds, str) else list(seeds)
    tree = {
        "recipe": recipe,
        "seeds": listed,
        "grid": {field: list(values) for field, values in (grid or {}).items()},
        "settings": dict(settings or {}),
    }
    spec = parse_spec(tree, "sweep")
    folder = sweep_folder(root, usual_name(recipe) if name is None else name)
    train_sweep(folder, expand(spec), spec, engine, workers, address, quiet)
    return load_sweep(folder.path)


def sweep_folder(root: str | Path, name: str) -> Folder:
    """The directory of a sweep on this machine. Errors: UsageError for a URI."""
    place = place_of(str(root), name)
    if not isinstance(place, Folder):
        raise UsageError(f"--runs: got {str(root)!r}, expected a directory on this machine; copy the sweep to one")
    return place


def table(target: Sweep | str | Path, root: str | Path = "runs") -> pyarrow.Table:
    """One row per run of a sweep (an object, a path or a name under ``root``): settings, phases, losses.

    ``table(…).to_pandas()`` or ``polars.from_arrow(table(…))``. Columns: `latebloom.sweeps.table.sweep_table`.
    """
    return load_sweep(target, root).table()


def list_runs(root: str | Path = "runs") -> list[Run]:
    """Every run under a directory, including those of sweeps and damaged runs, sorted by path."""
    return [Run(directory.path) for directory in find_runs(Path(root))]


def query(sql: str, root: str | Path = "runs") -> pyarrow.Table:
    """The result of SQL over all runs under ``root``; for the tables see `latebloom query --help`."""
    return query_runs(sql, Path(root))
