"""Read Parquet from anybody: whatever is wrong with the bytes is one error, and memory is bounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow

MOST_CELLS = 2**27
"""Of a table. A column of equal values takes no place in a file, however many there are."""


def read_parquet(
    content: bytes, choose: Callable[[Sequence[str]], Sequence[str] | None] = lambda names: None
) -> pyarrow.Table:
    """The table; `choose`: the columns to read, of these names. ValueError in one line where it cannot be decoded."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        names, rows = file.schema_arrow.names, file.metadata.num_rows
    except Exception as error:  # Any decoding error means that the file is damaged.
        raise ValueError(_reason(error)) from error
    columns = choose(names)
    wanted = len(names if columns is None else columns)
    if rows * wanted > MOST_CELLS:
        raise ValueError(f"it has {rows} rows of {wanted} columns, expected at most {MOST_CELLS} cells")
    try:
        table = file.read(columns=None if columns is None else list(columns), use_threads=False)
        table.validate(full=True)
    except Exception as error:
        raise ValueError(_reason(error)) from error
    return table


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
