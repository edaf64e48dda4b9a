"""Parquet from anybody."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from latebloom.store import parquet as parquet_module
from latebloom.store.parquet import read_parquet


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def test_a_small_file_with_a_large_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal values take no place in a file."""
    rows = 2**20
    content = parquet(pa.table({"step": pa.nulls(rows, pa.int64()), "loss": pa.nulls(rows)}))
    assert len(content) < rows / 10
    assert len(read_parquet(content)) == rows
    monkeypatch.setattr(parquet_module, "MOST_CELLS", rows)
    with pytest.raises(ValueError, match="expected at most"):
        read_parquet(content)


def test_columns_are_chosen_by_name() -> None:
    content = parquet(pa.table({"step": [1], "other": ["x"]}))
    assert read_parquet(content, lambda names: [name for name in names if name == "step"]).to_pylist() == [{"step": 1}]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(40) + b"PAR1"])
def test_what_is_no_parquet_is_one_line(content: bytes) -> None:
    with pytest.raises(ValueError) as caught:
        read_parquet(content)
    assert str(caught.value)
    assert "\n" not in str(caught.value)
