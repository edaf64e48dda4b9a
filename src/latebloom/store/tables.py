"""Series over steps, as one Parquet file: `step` (int64) first and increasing, then float64 columns with nulls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from latebloom._errors import DamagedFileError
from latebloom.store.atomic import atomic_write
from latebloom.store.disk import read_if_there

if TYPE_CHECKING:
    import numpy
    import pyarrow


# pyarrow's own conversions from and to lists and numpy import pandas, which takes half a second: these do not.


def column(table: pyarrow.Table, name: str) -> numpy.ndarray:
    """One column of int64 or float64 as an array, with NaN for null."""
    import numpy as np

    values = table[name].combine_chunks()
    if not values.null_count:
        return np.from_dlpack(values)
    validity, data = values.buffers()
    here = slice(values.offset, values.offset + len(values))
    valid = np.unpackbits(np.frombuffer(validity, np.uint8), bitorder="little")[here]
    return np.where(valid, np.frombuffer(data, np.float64)[here], np.nan)


def arrow_array(values: numpy.ndarray, valid: numpy.ndarray | None = None) -> pyarrow.Array:
    """An int64 or float64 array as one of Arrow's; null where it is not ``valid``."""
    import numpy as np
    import pyarrow as pa

    kind = pa.int64() if values.dtype == np.int64 else pa.float64()
    bits = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [bits, pa.py_buffer(np.ascontiguousarray(values))])


def empty_table() -> pyarrow.Table:
    """A table without rows, with the column `step` that every table has."""
    import pyarrow as pa

    return pa.table({"step": pa.nulls(0, pa.int64())})


def write_table(path: Path, table: pyarrow.Table) -> None:
    """Write the table; equal content gives equal bytes. ValueError if it is not a series over steps."""
    import pyarrow.parquet as pq

    problem = defect(table)
    if problem is not None:
        raise ValueError(f"cannot write {path}: {problem}")
    # The bytes must not depend on chunks and pandas metadata.
    plain = table.combine_chunks().replace_schema_metadata(None)
    atomic_write(path, lambda temporary: pq.write_table(plain, temporary, write_page_checksum=True))


def read_table(path: Path) -> pyarrow.Table:
    """The table, empty if there is no file; DamagedFileError if it is not a complete series over steps."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = read_if_there(path)
    if content is None:
        return empty_table()
    try:
        table = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True).read(use_threads=False)
    except Exception as error:  # Any decoding error means that the file is damaged.
        raise DamagedFileError(f"{path} is damaged: it is truncated, altered or not a Parquet file") from error
    problem = defect(table)
    if problem is not None:
        raise DamagedFileError(f"{path} is not a series over steps: {problem}")
    return table


def defect(table: pyarrow.Table) -> str | None:
    """The first reason why the table is not a series over steps, or None."""
    import pyarrow as pa

    names = table.column_names
    first, *others = table.schema or [pa.field("no column", pa.null())]
    if first.name != "step" or first.type != pa.int64():
        return f"the first column must be step, int64; got {first.name}, {first.type}"
    for field in others:
        if field.type != pa.float64():
            return f"column {field.name} must be float64, got {field.type}"
        if names.count(field.name) > 1:
            return f"column {field.name} occurs twice"
    return _step_defect(table)


def _step_defect(table: pyarrow.Table) -> str | None:
    if table["step"].null_count:
        return "a step is null"
    steps = column(table, "step")
    return None if (steps[1:] > steps[:-1]).all() else "steps must increase"
