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
