"""Series over steps, as one Parquet file: `step` (int64) first and increasing, then float64 columns with nulls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from latebloom._errors import DamagedFileError
from latebloom.store.atomic import atomic_write
from latebloom.store.disk import read_if_there

if TYPE_CHECKING:
    import pyarrow


def empty_table() -> pyarrow.Table:
    """No rows, and the one column every table has."""
    import pyarrow as pa

    return pa.table({"step": pa.array([], pa.int64())})


def write_table(path: Path, table: pyarrow.Table) -> None:
    """Writes the table; equal content gives equal bytes. ValueError where it is not a series over steps."""
    import pyarrow.parquet as pq

    problem = defect(table)
    if problem is not None:
        raise ValueError(f"cannot write {path}: {problem}")
    # How the table was put together (chunks, pandas notes) must not show in the file.
    plain = table.combine_chunks().replace_schema_metadata(None)
    atomic_write(path, lambda temporary: pq.write_table(plain, temporary, write_page_checksum=True))


def read_table(path: Path) -> pyarrow.Table:
    """The table, empty where there is no file; DamagedFileError where it is not a whole series over steps."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = read_if_there(path)
    if content is None:
        return empty_table()
    try:
        table = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True).read(use_threads=False)
    except Exception as error:  # Whatever a decoder stumbles over, the file is at fault.
        raise DamagedFileError(f"{path} is damaged: it is truncated, altered or not a Parquet file") from error
    problem = defect(table)
    if problem is not None:
        raise DamagedFileError(f"{path} is not a series over steps: {problem}")
    return table


def defect(table: pyarrow.Table) -> str | None:
    """The first thing that keeps the table from being a series over steps, or None."""
    import pyarrow as pa

    names = table.column_names
    first, *others = table.schema or [pa.field("no column", pa.null())]
    if first.name != "step" or first.type != pa.int64():
        return f"the first column must be step, int64; got {first.name}, {first.type}"
    for field in others:
        if field.type != pa.float64():
            return f"column {field.name} must be float64, got {field.type}"
        if names.count(field.name) > 1:
            return f"column {field.name} comes twice"
    return _step_defect(table)


def _step_defect(table: pyarrow.Table) -> str | None:
    if table["step"].null_count:
        return "a step is null"
    steps = table["step"].to_numpy()
    return None if (steps[1:] > steps[:-1]).all() else "steps must increase"
