"""Export tables: CSV or Parquet files, plain rows for JSON and the terminal, pandas data frames."""

import math
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from latebloom._errors import UsageError
from latebloom.store import atomic_write, check_output

SUFFIXES = (".csv", ".parquet")


def check_table_file(path: Path) -> None:
    """UsageError unless a table can be written to this file. Call it before the computation."""
    if path.suffix not in SUFFIXES:
        raise UsageError(f"--out: got {str(path)!r}, expected a name that ends in {' or '.join(SUFFIXES)}")
    check_output(path)


def write_table_file(path: Path, table: pa.Table) -> None:
    """Write CSV or Parquet, depending on the suffix. CSV contains lists as text: ``3 5 9``."""
    if path.suffix == ".csv":
        plain = pa.table({name: _without_lists(table[name]) for name in table.column_names})
        atomic_write(path, lambda temporary: pyarrow.csv.write_csv(plain, temporary))
    else:
        atomic_write(path, lambda temporary: pyarrow.parquet.write_table(table, temporary))


def plain_rows(table: pa.Table) -> list[dict[str, Any]]:
    """The rows with JSON values: NaN and infinities become None, other types such as dates become text."""
    return [{name: _plain(value) for name, value in row.items()} for row in table.to_pylist()]


def cell_text(value: Any) -> str:
    """A table cell for the terminal: four digits, ``-`` for None, lists separated by spaces."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.4g}"
    return " ".join(map(cell_text, value)) if isinstance(value, list) else str(value)


def needs_pandas() -> ModuleType:
    """The pandas module. Errors: UsageError if it is not installed."""
    try:
        import pandas
    except ImportError:
        raise UsageError("this needs pandas, which is not installed: pip install 'latebloom[tables]'") from None
    return pandas


def _without_lists(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    if not pa.types.is_nested(column.type):
        return column
    return pa.array([None if value is None else cell_text(value) for value in column.to_pylist()], pa.string())


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
