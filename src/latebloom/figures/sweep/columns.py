"""A table of runs, column by column: which are there, and what they say about each run."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from latebloom._errors import UsageError
from latebloom.statistics import GeneralisationTimes
from latebloom.statistics.phase_diagram import Level

if TYPE_CHECKING:
    import pandas


def with_values(table: pandas.DataFrame, columns: Sequence[str]) -> pandas.DataFrame:
    """The rows that have a value in every one of these columns.

    Errors: UsageError for a column that is not there, or if no row is left.
    """
    _present(table, columns)
    found = table.dropna(subset=list(columns))
    if not len(found):
        raise UsageError(f"table of runs: got no run with {' and '.join(columns)}, expected at least one")
    return found


def _present(table: pandas.DataFrame, columns: Sequence[str]) -> None:
    for name in columns:
        if name not in table.columns:
            raise UsageError(f"table of runs: got no column {name!r}, expected one of {', '.join(table.columns)}")


def maybe_numbers(table: pandas.DataFrame, column: str) -> list[float | None]:
    """A column of numbers, None for null. Errors: UsageError where it is not there."""
    _present(table, [column])
    values = table[column].to_numpy(dtype=float, na_value=np.nan)
    return [None if np.isnan(value) else float(value) for value in values]


def generalisation_times(table: pandas.DataFrame) -> GeneralisationTimes:
    """When each run generalised; those that have not are censored at their last step."""
    return GeneralisationTimes.of(maybe_numbers(table, "generalised_at"), table["step"].to_numpy(dtype=float).tolist())


def levels(table: pandas.DataFrame, column: str) -> list[Level]:
    """A field of each run: numbers as numbers, all else as words."""
    return [_level(value) for value in table[column]]


def _level(value: Any) -> Level:
    return float(value) if isinstance(value, Real) and not isinstance(value, bool | np.bool_) else str(value)


def level_text(level: Level) -> str:
    """A level as people read it."""
    return level if isinstance(level, str) else f"{level:g}"


def in_order(found: Sequence[Level]) -> list[Level]:
    """Each level once: numbers by size, then words by letter."""
    numbers = sorted({level for level in found if not isinstance(level, str)})
    return [*numbers, *sorted({level for level in found if isinstance(level, str)})]
