"""SQL over many runs."""

from pathlib import Path

import pytest

from latebloom._errors import UsageError
from latebloom.runs import train_run
from latebloom.store import RunDirectory, append_rows, empty_table

pytest.importorskip("duckdb")
from latebloom.sweeps.query import query_runs


def test_runs_metrics_and_measures_of_runs_and_sweeps(jobs, inline, tiny, tmp_path: Path) -> None:
    inline(tmp_path / "it's a sweep", [*jobs([0, 1]), *jobs([0], optimiser__lr=3e-3)])
    alone = train_run(tiny(30), "alone", tmp_path)
    RunDirectory(alone.path).write_table("measures", append_rows(empty_table(), [{"step": 30, "gini": 0.5}]))
    sql = "SELECT optimiser_lr, count(*) n, max(step) AS last FROM metrics JOIN runs USING (run, step)"
    sql += " GROUP BY 1 ORDER BY 1"
    assert query_runs(sql, tmp_path).to_pylist() == [
        {"optimiser_lr": 0.003, "n": 1, "last": 20},
        {"optimiser_lr": 0.01, "n": 3, "last": 30},
    ]
    loss = query_runs("SELECT train_loss FROM metrics WHERE run = 'alone' ORDER BY step", tmp_path)["train_loss"]
    assert loss.to_pylist() == alone.metrics["train_loss"].to_pylist()
    names = set(query_runs("SELECT run FROM runs", tmp_path)["run"].to_pylist())
    assert names == {"alone", *(f"it's a sweep/{job.name}" for job in [*jobs([0, 1]), *jobs([0], optimiser__lr=3e-3)])}
    assert query_runs("SELECT run, gini FROM measures", tmp_path).to_pylist() == [{"run": "alone", "gini": 0.5}]


def test_no_runs_is_no_rows(tmp_path: Path) -> None:
    assert query_runs("SELECT run, status FROM runs", tmp_path).num_rows == 0
    assert query_runs("SELECT run, step FROM metrics", tmp_path).num_rows == 0


@pytest.mark.parametrize("sql", ["", "SELEC 1", "SELECT * FROM nowhere", "SELECT nothing FROM runs", "SELECT 'x'::INT"])
def test_wrong_sql_is_one_line(sql: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^query: ") as caught:
        query_runs(sql, tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '{run}/metrics.parquet'",
        "COPY (SELECT 1) TO '{run}/new.csv'",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM glob('{run}/*')",
        "ATTACH '{run}/new.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SELECT 1; SELECT 2",
    ],
)
def test_a_query_reads_the_tables_of_runs_and_nothing_else(sql: str, tiny, tmp_path: Path) -> None:
    run = train_run(tiny(2), "alone", tmp_path / "runs")
    secret = tmp_path / "secret"
    secret.write_text("of the user")
    before = {file: file.read_bytes() for file in run.path.rglob("*") if file.is_file()}
    with pytest.raises(UsageError, match=r"^query: "):
        query_runs(sql.format(run=run.path, secret=secret), tmp_path / "runs")
    assert {file: file.read_bytes() for file in run.path.rglob("*") if file.is_file()} == before


def test_columns_of_equal_names_are_numbered(tmp_path: Path) -> None:
    table = query_runs("SELECT 1 AS a, 2 AS a, 3 AS a_2", tmp_path)
    assert table.to_pylist() == [{"a": 1, "a_3": 2, "a_2": 3}]


def test_a_damaged_table_is_left_out_and_the_others_are_read(tiny, tmp_path: Path) -> None:
    for name in ("a", "b"):
        train_run(tiny(10), name, tmp_path)
    file = tmp_path / "a" / "metrics.parquet"
    content = file.read_bytes()
    for damaged in (content[:-20], content.replace(b"train_loss", b"trbin_loss")):
        file.write_bytes(damaged)
        with pytest.warns(UserWarning, match=r"metrics\.parquet is damaged.*its rows are left out"):
            rows = query_runs("SELECT DISTINCT run FROM metrics", tmp_path).to_pylist()
        assert rows == [{"run": "b"}]
