"""Read columns of a table of runs for the figures, including those that `latebloom.lab.seeds.seed_frame` adds."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from latebloom._errors import UsageError
from latebloom.phases.outcome import OUTCOMES, OutcomeName
from latebloom.statistics import GeneralisationTimes, decided
from latebloom.statistics.phase_diagram import Level

if TYPE_CHECKING:
    import pandas


def with_values(table: pandas.DataFrame, columns: Sequence[str]) -> pandas.DataFrame:
    """The rows with a value in each of these columns.

    Errors: UsageError for a missing column, or if no row is left.
    """
    _present(table, columns)
    rows = table.dropna(subset=list(columns))
    if not len(rows):
        raise UsageError(
            f"table of runs: got no run that can be read and has {' and '.join(columns)}, expected at least one"
        )
    return rows


def _present(table: pandas.DataFrame, columns: Sequence[str]) -> None:
    for name in columns:
        if name not in table.columns:
            raise UsageError(f"table of runs: got no column {name!r}, expected one of {', '.join(table.columns)}")


def maybe_numbers(table: pandas.DataFrame, column: str) -> list[float | None]:
    """A column of numbers, None for null. Errors: UsageError if it is missing."""
    _present(table, [column])
    values = table[column].to_numpy(dtype=float, na_value=np.nan)
    return [None if np.isnan(value) else float(value) for value in values]


def generalisation_times(table: pandas.DataFrame) -> GeneralisationTimes:
    """From ``test_learned_at`` and ``step``: runs without the first are censored at their last step."""
    learned, last = maybe_numbers(table, "test_learned_at"), table["step"].to_numpy(dtype=float)
    # A killed run may have logged steps after the last step from which it can resume.
    reached = [max(step, at or 0.0) for step, at in zip(last.tolist(), learned)]
    return GeneralisationTimes.of(learned, reached)


def outcomes(table: pandas.DataFrame) -> list[OutcomeName | None]:
    """From ``outcome`` and ``step``: the outcome of each run; None if it has none or more training may change it.

    The budget of a run is its ``training.steps`` if that is a column, else the largest ``step`` of all runs.
    """
    _present(table, ["outcome"])
    done = table["step"].to_numpy(dtype=float)
    budget = (
        table["training.steps"].to_numpy(dtype=float) if "training.steps" in table else np.full(len(done), done.max())
    )
    names: list[OutcomeName | None] = [next((n for n in OUTCOMES if n == value), None) for value in table["outcome"]]
    return [decided(name, float(a), float(b)) for name, a, b in zip(names, done, budget)]


def levels(table: pandas.DataFrame, column: str) -> list[Level]:
    """The value of a field in each run: numbers as floats, everything else as text."""
    return [level(value) for value in table[column]]


def level(value: Any) -> Level:
    """A value of a field: numbers as floats, everything else as text."""
    return float(value) if isinstance(value, Real) and not isinstance(value, bool | np.bool_) else str(value)


def level_text(level: Level) -> str:
    """A level as text."""
    return level if isinstance(level, str) else f"{level:g}"


def in_order(values: Sequence[Level]) -> list[Level]:
    """Each level once: numbers by size, then words in alphabetical order."""
    numbers = sorted({level for level in values if not isinstance(level, str)})
    return [*numbers, *sorted({level for level in values if isinstance(level, str)})]


def check_study(table: pandas.DataFrame, name: str, columns: Sequence[str]) -> None:
    """UsageError unless the table has these columns and at least one run; ``name`` is the figure that needs them."""
    if not set(columns) <= set(table.columns) or not len(table):
        raise UsageError(
            f"figure {name}: got a table without a study of its seeds; "
            "draw it with `latebloom seeds SWEEP --out DIR`, which computes missing measures"
        )


def lists(table: pandas.DataFrame, column: str) -> list[list[float | None]]:
    """A column of lists of numbers, None where a run has none."""
    return [[None if value is None or np.isnan(value) else float(value) for value in row] for row in table[column]]


def pairs(table: pandas.DataFrame, first: str, second: str) -> list[tuple[float, float]]:
    """Both columns of the runs that have a value in both."""
    values = zip(maybe_numbers(table, first), maybe_numbers(table, second))
    return [(a, b) for a, b in values if a is not None and b is not None]
