"""Series over steps, as one Parquet file: `step` (int64) first and increasing, then float64 columns with nulls."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from latebloom._errors import DamagedFileError
from latebloom.store.atomic import atomic_write
from latebloom.store.disk import read_if_there
from latebloom.store.parquet import read_parquet

if TYPE_CHECKING:
    import numpy
    import pyarrow


CHECKSUM = b"crc32"
"""Key of the checksum in the metadata of the file. Parquet's own checksums cover the pages, not names and places."""

SEAL = b"LBcrc32:"
"""What stands between the pages and the footer, where readers skip it, before a CRC-32 over all other bytes. A footer
can be damaged so that its end, with the metadata, is not read."""

# pyarrow's own conversions from and to lists and numpy import pandas, which takes half a second: these do not.


def column(table: pyarrow.Table, name: str) -> numpy.ndarray:
    """One column of int64 or float64 as an array, with NaN for null."""
    import numpy as np

    values = table[name].combine_chunks()
    valid = _valid(values)
    if valid is None:
        return np.from_dlpack(values)
    data = np.frombuffer(values.buffers()[1], np.float64)
    return np.where(valid, data[values.offset : values.offset + len(values)], np.nan)


def _valid(values: pyarrow.Array) -> numpy.ndarray | None:
    """1 for each value that is there and 0 for a null; None where there are no nulls."""
    import numpy as np

    if not values.null_count:
        return None
    bits = np.unpackbits(np.frombuffer(values.buffers()[0], np.uint8), bitorder="little")
    return bits[values.offset : values.offset + len(values)]


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
    import pyarrow as pa
    import pyarrow.parquet as pq

    problem = defect(table)
    if problem is not None:
        raise ValueError(f"cannot write {path}: {problem}")
    # The bytes must not depend on chunks and pandas metadata.
    plain = table.combine_chunks().replace_schema_metadata({CHECKSUM: _checksum(table)})
    content = pa.BufferOutputStream()
    pq.write_table(plain, content, write_page_checksum=True)
    atomic_write(path, _sealed(content.getvalue().to_pybytes()))


def read_table(path: Path) -> pyarrow.Table:
    """The table, empty if there is no file; DamagedFileError if it is not a complete series over steps."""
    content = read_if_there(path)
    if content is None:
        return empty_table()
    try:
        table = read_parquet(content)
    except ValueError as error:
        raise DamagedFileError(f"{path} is damaged: it is truncated, altered or not a Parquet file") from error
    problem = defect(table)
    if problem is not None:
        raise DamagedFileError(f"{path} is not a series over steps: {problem}")
    if _is_altered(table, content):
        raise DamagedFileError(f"{path} is damaged: its checksum does not match its content")
    return table.replace_schema_metadata(None)


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


def _checksum(table: pyarrow.Table) -> bytes:
    """CRC-32, in hex, over the name, the values and the nulls of each column."""
    crc = 0
    for name in table.column_names:
        valid = _valid(table[name].combine_chunks())
        for part in (name.encode(), column(table, name).tobytes(), b"" if valid is None else valid.tobytes()):
            crc = zlib.crc32(part, crc)
    return f"{crc:08x}".encode()


def _sealed(content: bytes) -> bytes:
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    return content[:footer] + SEAL + _crc(content[:footer], content[footer:]) + content[footer:]


def _is_altered(table: pyarrow.Table, content: bytes) -> bool:
    """Whether a table as read differs from what was written. Files of other programs, and those from before there were
    checksums, have neither a seal nor a checksum.
    """
    start = content.rfind(SEAL)
    end = start + len(SEAL) + 4
    if start >= 0 and content[start + len(SEAL) : end] != _crc(content[:start], content[end:]):
        return True
    return (table.schema.metadata or {}).get(CHECKSUM, _checksum(table)) != _checksum(table)


def _crc(first: bytes, second: bytes) -> bytes:
    return zlib.crc32(second, zlib.crc32(first)).to_bytes(4, "big")
