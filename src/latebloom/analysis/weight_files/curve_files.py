"""Tables of curves beside weights: CSV, Parquet and JSON, as columns or as rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from latebloom._csv import delimiter
from latebloom._errors import DamagedFileError
from latebloom.analysis.weight_files.curves import Curve, curves_of
from latebloom.analysis.weight_files.regular import read_regular
from latebloom.store.parquet import read_parquet

_SUFFIXES = (".csv", ".parquet", ".json", ".jsonl")
_CONFIGS = ("config", "cfg", "manifest")
"""Words in the names of JSON files that hold settings, not curves."""

_MOST = 2**28


def is_curve_file(path: Path) -> bool:
    """Whether a file may hold curves, by its name."""
    settings = path.suffix == ".json" and any(word in path.stem.lower() for word in _CONFIGS)
    return path.suffix.lower() in _SUFFIXES and not settings and path.is_file()


def read_curve_file(path: Path) -> dict[str, Curve]:
    """The curves in a table, by the names of its columns; none where it has other columns.

    Errors: DamagedFileError in one line where it is not what its name says.
    """
    content = bytes(read_regular(path, _MOST))
    try:
        return curves_of(_READERS[path.suffix.lower()](content))
    except (ValueError, RecursionError, ArithmeticError, OSError, csv.Error) as error:
        kind = path.suffix.lower().removeprefix(".")
        raise DamagedFileError(f"{path}: expected a table of curves in {kind}: {str(error)[:120]}") from None


def _csv(content: bytes) -> list[dict[str, Any]]:
    file = io.StringIO(content.decode("utf-8-sig"), newline="")
    rows = csv.DictReader(file, delimiter=delimiter(file), strict=True)
    return [{name.strip(): _cell(cell) for name, cell in row.items() if isinstance(name, str)} for row in rows]


def _cell(text: Any) -> Any:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _parquet(content: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_parquet(content).to_pylist()
    return rows


def _json_lines(content: bytes) -> list[Any]:
    return [json.loads(line) for line in content.splitlines() if line.strip()]


_READERS: dict[str, Callable[[bytes], Any]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".json": json.loads,
    ".jsonl": _json_lines,
}
