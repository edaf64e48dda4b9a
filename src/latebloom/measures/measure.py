"""Measures: functions that compute numbers from one model, with the meaning of each number."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from latebloom._registry import Registry
from latebloom.measures.column import Column
from latebloom.measures.snapshot import Snapshot


@dataclass(frozen=True)
class Measure:
    """Numbers that `latebloom measure` computes at every checkpoint.

    name: as listed in ``measures.json``. compute: the numbers by column; undefined ones are left out.
    columns: every column that ``compute`` may return. family: name of the family of tasks whose models it measures
    (see `latebloom.circuits.family`); None if it measures every model. costly: it takes seconds, and is computed only
    where it is asked for.
    """

    name: str
    compute: Callable[[Snapshot], dict[str, float]]
    columns: tuple[Column, ...]
    family: str | None = None
    costly: bool = False


MEASURES: Registry[Measure] = Registry("measure")
"""Every measure, in the order in which they are computed."""


def costly_measure_of(column: str) -> Measure | None:
    """The measure with this column if it is computed only where it is asked for; else None."""
    costly = (measure for measure in MEASURES.values() if measure.costly)
    return next((one for one in costly if any(known.match(column) is not None for known in one.columns)), None)


def measures_of(family: str, asked: Collection[str] = ()) -> tuple[Measure, ...]:
    """The measures of every model, then those of this family; of those that are costly the ones that are asked for."""
    mine = (measure for measure in MEASURES.values() if measure.family in (None, family))
    return tuple(measure for measure in mine if not measure.costly or measure.name in asked)
