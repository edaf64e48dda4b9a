"""Combine series over steps: append rows to a table, and join tables. Pure functions without disk access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import index
from typing import TYPE_CHECKING

from latebloom.store.tables import arrow_array, column

if TYPE_CHECKING:
    import numpy
    import pyarrow


def append_rows(table: pyarrow.Table, rows: Sequence[Mapping[str, float | int | None]]) -> pyarrow.Table:
    """The table with the rows added, sorted by step.

    Each row is `{"step": 100, "train_loss": 0.1, ...}`. A missing name becomes null, a new name becomes a
    new column (null in older rows), and a new row replaces an existing row at its step completely.
    """
    import numpy as np
    import pyarrow as pa

    names = dict.fromkeys(name for row in rows for name in row if name != "step")
    steps = arrow_array(np.array([index(row["step"]) for row in rows], np.int64))  # type: ignore[arg-type]
    fresh = {name: _column([row.get(name) for row in rows]) for name in names}
    both = pa.concat_tables([table, pa.table({"step": steps, **fresh})], promote_options="default")
    backwards = column(both, "step")[::-1]
    _, latest = np.unique(backwards, return_index=True)  # the last row of each step, in order of step
    return both.take(arrow_array(len(backwards) - 1 - latest))


def join_on_step(a: pyarrow.Table, b: pyarrow.Table) -> pyarrow.Table:
    """Every step of either table, sorted; where both have a column, the value of b wins unless it is null."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    steps = np.union1d(column(a, "step"), column(b, "step"))
    left, right = _aligned(a, steps), _aligned(b, steps)
    shared = {name: pc.coalesce(right[name], left[name]) for name in left.keys() & right.keys()}
    return pa.table({"step": arrow_array(steps), **{**left, **right, **shared}})


def _column(values: list[float | int | None]) -> pyarrow.Array:
    import numpy as np

    numbers = np.array([0.0 if value is None else float(value) for value in values])
    return arrow_array(numbers, np.array([value is not None for value in values], bool))


def _aligned(table: pyarrow.Table, steps: numpy.ndarray) -> dict[str, pyarrow.ChunkedArray]:
    """The columns of the table at the given steps, a superset of its steps; null where it has no row."""
    import numpy as np

    table_steps = column(table, "step")
    rows = arrow_array(np.searchsorted(table_steps, steps), np.isin(steps, table_steps))
    return {name: table[name].take(rows) for name in table.column_names[1:]}
