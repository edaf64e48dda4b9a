"""SQL over many runs, with DuckDB: the table ``runs``, one row per run; ``metrics`` and ``measures``, one per step."""

import itertools
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from latebloom._errors import LatebloomError, UsageError, first_line
from latebloom.store import RunDirectory, effective_status, find_runs
from latebloom.sweeps.fields import flat, misfits


def query_runs(sql: str, root: Path) -> pa.Table:
    """The result of one SQL statement about all runs under ``root``, including those of sweeps.

    ``runs``: run, status, step, seconds, message and every field of the experiment, ``section_field``. ``metrics``
    and ``measures``: run, step, and every column of any run, null for runs without it. ``run`` is the path under
    ``root``. Errors: UsageError for SQL that DuckDB rejects, or if DuckDB is not installed.
    """
    duckdb = _duckdb()
    directories = find_runs(root)
    with duckdb.connect() as database:
        database.register("runs", _runs(directories, root))
        try:
            files = [_series(database, name, directories, root) for name in ("metrics", "measures")]
            _confine(database, [file for some in files for file in some])
            result = database.sql(_select(duckdb, sql))
        except duckdb.Error as error:
            raise UsageError(f"query: {first_line(error)}; the tables are runs, metrics and measures") from None
        if result is None:
            raise UsageError("query: got a statement without a result, expected a SELECT")
        try:
            return _unique_names(result.to_arrow_table())
        except duckdb.Error as error:  # appears only when rows are read, for example a damaged file
            raise UsageError(f"query: {first_line(error)}") from None


def _select(duckdb: Any, sql: str) -> Any:
    """The statement. Errors: UsageError unless it is one SELECT, because a query only reads."""
    statements = duckdb.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UsageError("query: got another statement, expected one SELECT; the tables are runs, metrics and measures")
    return statements[0]


def _confine(database: Any, files: Sequence[str]) -> None:
    """From now on the database reads these files alone, loads no extension, and keeps these settings."""
    allowed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    database.execute(f"SET allowed_paths = [{allowed}]")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")


def _unique_names(table: pa.Table) -> pa.Table:
    """Columns of equal names, which SQL allows, get a number: ``a``, ``a_2``."""
    names: list[str] = []
    for name in table.column_names:
        again = (f"{name}_{count}" for count in itertools.count(2))
        names.append(name if name not in names else next(other for other in again if other not in table.column_names))
    return table.rename_columns(names)


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise UsageError("query: DuckDB is not installed; pip install 'latebloom[query]'") from None
    return duckdb


def _runs(directories: Sequence[RunDirectory], root: Path) -> pa.Table:
    rows = [_run(directory, root) for directory in directories]
    for place, problem in misfits(rows).items():
        rows[place] = _damaged(directories[place], root, problem)
    names = dict.fromkeys(["run", "status", "step", "seconds", "message", *(name for row in rows for name in row)])
    return pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})


def _damaged(directory: RunDirectory, root: Path, problem: str) -> dict[str, Any]:
    return {"run": _name(directory, root), "status": "damaged", "message": problem}


def _run(directory: RunDirectory, root: Path) -> dict[str, Any]:
    """The row of one run."""
    try:
        manifest, status = directory.read_manifest(), effective_status(directory)
    except LatebloomError as error:
        return _damaged(directory, root, str(error))
    fields = {name.replace(".", "_"): value for name, value in flat(manifest.experiment).items()}
    row = {"run": _name(directory, root), "status": status, "seed": manifest.seed, "step": manifest.step}
    return {**row, "seconds": manifest.seconds, "message": manifest.message, **fields}


def _series(database: Any, name: str, directories: Sequence[RunDirectory], root: Path) -> list[str]:
    """Create a view over this Parquet file of every run in which it is whole, and return the files.

    The others are reported by a warning: DuckDB would refuse the whole query, or read wrong values from altered files.
    """
    whole = [run for run in directories if _is_whole(run, name)]
    paths = {str(run.path / f"{name}.parquet"): _name(run, root) for run in whole}
    if not paths:
        database.execute(f"CREATE TABLE {name} (run VARCHAR, step BIGINT)")
        return []
    database.register(f"{name}_files", pa.table({"file": [*paths], "run": [*paths.values()]}))
    database.register(f"{name}_rows", database.read_parquet([*paths], union_by_name=True, filename=True))
    database.execute(
        f"CREATE VIEW {name} AS SELECT run, rows.* EXCLUDE (filename) "
        f"FROM {name}_rows AS rows JOIN {name}_files ON filename = file"
    )
    return [*paths]


def _is_whole(run: RunDirectory, name: str) -> bool:
    """Whether the run has this table, and it can be read."""
    try:
        run.read_table(name)
    except LatebloomError as error:
        warnings.warn(f"query: {error}; its rows are left out", stacklevel=2)
        return False
    return (run.path / f"{name}.parquet").is_file()


def _name(directory: RunDirectory, root: Path) -> str:
    return str(directory.path.relative_to(root))
