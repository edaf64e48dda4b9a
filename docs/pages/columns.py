"""The columns of measures.parquet, by task family, as each measure declares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import latebloom.circuits  # noqa: F401  (registers the families' measures)
from latebloom.measures import MEASURES, Column

EVERY_TASK = "every task"
"""The key of the columns that every family has."""


def columns_by_family() -> Mapping[str, Sequence[Column]]:
    """The columns of each family, by its name, and those of `EVERY_TASK`."""
    families: dict[str, list[Column]] = {}
    for measure in MEASURES.values():
        families.setdefault(measure.family or EVERY_TASK, []).extend(measure.columns)
    return families
