"""Series over steps: appended, joined, stored and read back."""

import math
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latebloom._errors import DamagedFileError
from latebloom.store import RunDirectory, append_rows, empty_table, join_on_step
from latebloom.store.tables import SEAL, read_table, write_table

ROWS = st.lists(
    st.fixed_dictionaries(
        {"step": st.integers(0, 30)},
        optional={name: st.none() | st.floats(allow_nan=False) for name in ("train", "test loss", "é")},
    ),
    max_size=20,
)


def test_new_columns_are_back_filled_and_a_repeated_step_is_replaced() -> None:
    table = append_rows(empty_table(), [{"step": 10, "a": 1.0}, {"step": 0, "a": 2}])
    table = append_rows(table, [{"step": 10, "b": math.inf}, {"step": 20, "a": None}])
    assert table.to_pylist() == [
        {"step": 0, "a": 2.0, "b": None},
        {"step": 10, "a": None, "b": math.inf},
        {"step": 20, "a": None, "b": None},
    ]
    assert table.schema.types == [pa.int64(), pa.float64(), pa.float64()]


def test_a_step_is_a_whole_number() -> None:
    with pytest.raises(TypeError):
        append_rows(empty_table(), [{"step": 1.5}])


def test_joined_tables_keep_every_step_and_the_second_wins() -> None:
    a = append_rows(empty_table(), [{"step": 0, "x": 1.0, "y": 2.0}, {"step": 2, "x": 3.0}])
    b = append_rows(empty_table(), [{"step": 2, "x": None, "z": 5.0}, {"step": 1, "x": 6.0}, {"step": 0, "x": 7.0}])
    assert join_on_step(a, b).to_pylist() == [
        {"step": 0, "x": 7.0, "y": 2.0, "z": None},
        {"step": 1, "x": 6.0, "y": None, "z": None},
        {"step": 2, "x": 3.0, "y": None, "z": 5.0},
    ]
    assert join_on_step(a, empty_table()).equals(a)


@given(ROWS, st.integers(0, 20))
@settings(max_examples=60, deadline=None)
def test_rows_are_read_back_independently_of_batches(
    tmp_path_factory: pytest.TempPathFactory, rows: list, cut: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    at_once = append_rows(empty_table(), rows)
    in_two = append_rows(append_rows(empty_table(), rows[:cut]), rows[cut:])
    write_table(folder / "once.parquet", at_once)
    write_table(folder / "two.parquet", in_two)
    assert (folder / "once.parquet").read_bytes() == (folder / "two.parquet").read_bytes()
    expected = {row["step"]: row for row in rows}
    names = dict.fromkeys(name for row in rows for name in row)
    full = [{name: expected[step].get(name) for name in ("step", *names)} for step in sorted(expected)]
    assert read_table(folder / "once.parquet").to_pylist() == full


@given(ROWS, ROWS)
@settings(max_examples=60, deadline=None)
def test_joining_agrees_with_dictionaries(a: list, b: list) -> None:
    expected: dict[int, dict[str, float | None]] = {}
    for rows in (a, b):
        for row in {row["step"]: row for row in rows}.values():
            known = {name: value for name, value in row.items() if value is not None}
            expected.setdefault(row["step"], {}).update(known)
    joined = join_on_step(append_rows(empty_table(), a), append_rows(empty_table(), b)).to_pylist()
    results = [{name: value for name, value in row.items() if value is not None} for row in joined]
    assert results == [expected[step] for step in sorted(expected)]


def test_nan_is_not_null(run: RunDirectory) -> None:
    run.write_table("metrics", append_rows(empty_table(), [{"step": 0, "loss": math.nan}, {"step": 1}]))
    first, second = run.read_table("metrics")["loss"].to_pylist()
    assert math.isnan(first)
    assert second is None


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (pa.table({}), "first column must be step, int64; got no column"),
        (pa.table({"loss": [1.0]}), "first column must be step, int64; got loss, double"),
        (pa.table({"step": [0.0]}), "first column must be step, int64; got step, double"),
        (pa.table({"step": [0], "note": ["x"]}), "column note must be float64, got string"),
        (pa.table([[0], [1.0], [1.0]], ["step", "a", "a"]), "column a occurs twice"),
        (pa.table({"step": pa.array([0, None], pa.int64())}), "a step is null"),
        (pa.table({"step": [1, 1]}), "steps must increase"),
    ],
)
def test_invalid_tables_are_neither_written_nor_read(run: RunDirectory, table: pa.Table, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        run.write_table("metrics", table)
    pq.write_table(table, run.path / "metrics.parquet")
    with pytest.raises(DamagedFileError, match=rf"metrics\.parquet is not a series over steps: .*{problem}"):
        run.read_table("metrics")


def test_a_damaged_table_is_named(run: RunDirectory) -> None:
    file = run.path / "metrics.parquet"
    run.write_table("metrics", append_rows(empty_table(), [{"step": i, "loss": 1 / (i + 1)} for i in range(99)]))
    whole = file.read_bytes()
    for damaged in (b"", whole[:-1], whole[: len(whole) // 2], whole[:40] + bytes([whole[40] ^ 1]) + whole[41:]):
        file.write_bytes(damaged)
        with pytest.raises(DamagedFileError, match=r"metrics\.parquet is damaged: it is truncated, altered or not"):
            run.read_table("metrics")


def test_no_flipped_bit_changes_what_is_read(tmp_path: Path) -> None:
    """The names and the layout are in the footer, which Parquet's own checksums do not cover."""
    file, table = tmp_path / "metrics.parquet", append_rows(empty_table(), [{"step": 0, "a": 1.0}, {"step": 9, "b": 2}])
    write_table(file, table)
    whole, refused = file.read_bytes(), 0
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        try:
            assert read_table(file).equals(table), place
        except DamagedFileError:
            refused += 1
    assert refused > len(whole) / 2


def test_a_footer_cut_off_before_the_metadata_is_damage(tmp_path: Path) -> None:
    """The metadata come last in the footer. Where its names are altered too, the checksum among them is not there."""
    file = tmp_path / "metrics.parquet"
    write_table(file, append_rows(empty_table(), [{"step": 0, "train_loss": 1.0}]))
    altered = pq.read_table(file).rename_columns(["step", "train_moss"]).replace_schema_metadata(None)
    pq.write_table(altered, tmp_path / "altered.parquet")
    whole, content = file.read_bytes(), (tmp_path / "altered.parquet").read_bytes()
    seal = whole[whole.index(SEAL) :][: len(SEAL) + 4]
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    file.write_bytes(content[:footer] + seal + content[footer:])
    with pytest.raises(DamagedFileError, match="checksum"):
        read_table(file)


def test_a_table_of_another_program_with_metadata_of_its_own_is_read(tmp_path: Path) -> None:
    table = append_rows(empty_table(), [{"step": 0, "a": 1.0}])
    pq.write_table(table.replace_schema_metadata({b"writer": b"other"}), tmp_path / "metrics.parquet")
    assert read_table(tmp_path / "metrics.parquet").equals(table)


def test_other_programs_read_a_table(tmp_path: Path) -> None:
    file = tmp_path / "metrics.parquet"
    write_table(file, append_rows(empty_table(), [{"step": 3, "a": 1.0}]))
    polars, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    assert polars.read_parquet(file).rows() == duckdb.read_parquet(str(file)).fetchall() == [(3, 1.0)]


def test_a_table_from_before_checksums_is_read(tmp_path: Path) -> None:
    table = append_rows(empty_table(), [{"step": 0, "a": 1.0}])
    pq.write_table(table, tmp_path / "metrics.parquet")
    assert read_table(tmp_path / "metrics.parquet").equals(table)
