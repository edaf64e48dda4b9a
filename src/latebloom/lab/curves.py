"""Read a table of training curves, from anybody's training: CSV or Parquet, never executed."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from jaxtyping import Float

from latebloom._csv import delimiter
from latebloom._errors import DamagedFileError, UsageError
from latebloom.phases import Series
from latebloom.store.parquet import read_parquet

LOSSES = ("train_loss", "test_loss")
ACCURACIES = ("train_accuracy", "test_accuracy")
REQUIRED = ("step", *LOSSES)
TEXT = (".csv", ".tsv", ".txt")
SUFFIXES = (*TEXT, ".parquet")

Column = Float[np.ndarray, " row"]


@dataclass(frozen=True)
class Curves:
    """Series by column. left_out: how many cells hold NaN or infinity, which are not used."""

    series: dict[str, Series]
    left_out: int


def read_curves(path: Path) -> Curves:
    """The curves in a file with the columns step, train_loss and test_loss and, if there, train_ and test_accuracy.

    Losses in nats, accuracies from 0 to 1, rows in ascending order of step; other columns are ignored. An empty cell
    means that the quantity was not recorded at that step; a loss that rounding put below 0 is 0. Cells of a text file
    are separated by commas, semicolons or tabs. Errors: UsageError, or DamagedFileError where the file is not what its
    name promises.
    """
    if not os.path.exists(path):
        raise UsageError(f"there is no file {path}; expected a table of curves (.csv or .parquet)")
    if not path.is_file():
        raise UsageError(f"{path}: expected a regular file with curves (.csv or .parquet)")
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"{path}: got the suffix {suffix or 'none'}, expected one of {', '.join(SUFFIXES)}")
    columns, left_out = _csv(path) if suffix in TEXT else _parquet(path)
    step = columns.pop("step")
    dated = np.isfinite(step)
    _check_steps(path, step[dated])
    series = {name: _series(name, step[dated], values[dated]) for name, values in columns.items()}
    for name, one in series.items():
        _check_values(path, name, one)
    return Curves({name: one for name, one in series.items() if len(one)}, left_out)


def _wanted(path: Path, names: Sequence[str]) -> list[str]:
    """The columns to read. Errors: UsageError for one that is missing or comes twice."""
    for name in REQUIRED:
        if name not in names:
            raise UsageError(
                f"{path}: got the columns {', '.join(map(repr, names[:12])) or 'none'}, expected {', '.join(REQUIRED)} "
                f"and, if recorded, {', '.join(ACCURACIES)}; rename the columns"
            )
    wanted = [name for name in (*REQUIRED, *ACCURACIES) if name in names]
    twice = [name for name in wanted if list(names).count(name) > 1]
    if twice:
        raise UsageError(f"{path}: got column {twice[0]} more than once, expected it once; remove the others")
    return wanted


def _csv(path: Path) -> tuple[dict[str, Column], int]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.reader(file, delimiter=delimiter(file), strict=True)
            rows = [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise DamagedFileError(f"{path}: expected a CSV file in UTF-8, which this is not: {error}") from None
    if not rows:
        raise UsageError(f"{path}: the file is empty, expected a header and one row per step")
    header = [name.strip() for name in rows[0][1]]
    wanted = _wanted(path, header)
    for number, row in rows[1:]:
        if len(row) != len(header):
            raise UsageError(f"{path}: line {number} has {len(row)} cells, expected {len(header)} as in the header")
    places = {name: header.index(name) for name in wanted}
    read = {
        name: [_number(path, name, number, row[place]) for number, row in rows[1:]] for name, place in places.items()
    }
    return _finite(read)


def _number(path: Path, name: str, line: int, cell: str) -> float | None:
    """The number in a cell, None where it is empty."""
    if not cell.strip():
        return None
    try:
        return float(cell)
    except ValueError:
        raise UsageError(
            f"{path}: line {line}, column {name}: got {cell[:40]!r}, expected a number or an empty cell"
        ) from None


def _parquet(path: Path) -> tuple[dict[str, Column], int]:
    try:
        table = read_parquet(path.read_bytes(), lambda names: _wanted(path, names))
    except (ValueError, OSError) as error:
        raise DamagedFileError(f"{path}: expected a Parquet file, which this is not: {str(error)[:120]}") from None
    wanted = table.column_names
    for name in wanted:
        kind = table.schema.field(name).type
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
            raise UsageError(f"{path}: column {name} holds {kind}, expected numbers")
    left_out, columns = 0, {}
    for name in wanted:
        values = table[name].cast(pa.float64(), safe=False)
        columns[name] = values.to_numpy().copy()
        left_out += int(np.count_nonzero(~np.isfinite(columns[name]))) - values.null_count
    return {name: _known(values) for name, values in columns.items()}, left_out


def _finite(read: Mapping[str, Sequence[float | None]]) -> tuple[dict[str, Column], int]:
    """Columns with NaN for every cell without a finite number, and how many of these cells were not empty."""
    columns = {name: np.array([np.nan if v is None else v for v in values]) for name, values in read.items()}
    left_out = sum(1 for values in read.values() for v in values if v is not None and not np.isfinite(v))
    return {name: _known(values) for name, values in columns.items()}, left_out


def _known(values: Column) -> Column:
    """With NaN for infinity."""
    return np.where(np.isfinite(values), values, np.nan)


def _series(name: str, step: Column, values: Column) -> Series:
    return Series.of_loss(step, values) if name in LOSSES else Series.of(step, values)


def _check_steps(path: Path, step: Column) -> None:
    if not len(step):
        raise UsageError(f"{path}: got no row with a step, expected one row per step")
    wrong = np.flatnonzero(np.diff(step) <= 0)
    if len(wrong):
        before, after = step[wrong[0] : wrong[0] + 2]
        what = f"step {after:g} twice" if before == after else f"step {after:g} after step {before:g}"
        raise UsageError(f"{path}: got {what}, expected each step once, in ascending order; sort the rows")
    if step[0] < 0:
        raise UsageError(f"{path}: got step {step[0]:g}, expected 0 or more")


def _check_values(path: Path, name: str, series: Series) -> None:
    if name in LOSSES and not len(series):
        raise UsageError(f"{path}: column {name} holds no number, expected losses in nats")
    highest = np.inf if name in LOSSES else 1.0
    wrong = np.flatnonzero((series.value < 0) | (series.value > highest))
    if len(wrong):
        what = "a loss of 0 nats or more" if name in LOSSES else "an accuracy from 0 to 1 (divide per cents by 100)"
        at, value = series.step[wrong[0]], series.value[wrong[0]]
        raise UsageError(f"{path}: {name} is {value:g} at step {at:g}, expected {what}")
