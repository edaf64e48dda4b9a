"""`latebloom phases` reads runs and tables of curves, and refuses anything else in one line."""

import json
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from latebloom.cli import main

STEP = np.arange(0, 16_000, 20)


def _columns() -> dict[str, np.ndarray]:
    """A run that groks: memorised at 1 200, test loss under guessing (4.7 nats) near 6 100, settled at 9 000."""
    train = 10 ** np.interp(STEP, [0, 1200, 10**6], [np.log10(4.7), -6.3, -7])
    test = 10 ** np.interp(STEP, [0, 1200, 6000, 9000, 10**6], [np.log10(4.7), 1.3, 0.7, -6, -7])
    return {"step": STEP, "train_loss": train, "test_loss": test}


def _csv(path: Path, columns: dict[str, np.ndarray]) -> Path:
    rows = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values()))]
    path.write_text("\n".join(rows) + "\n")
    return path


def test_csv_and_parquet_give_the_same_boundaries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "c.parquet"
    pq.write_table(pa.table(_columns()), table)
    found = []
    for path in (_csv(tmp_path / "c.csv", _columns()), table):
        assert main(["phases", str(path), "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0] == found[1]
    steps = {b["name"]: b["step"] for b in found[0]["boundaries"]}
    assert steps["memorisation ends"] == pytest.approx(1200, rel=0.05)
    assert 6000 < steps["test loss under guessing"] < 6200
    assert steps["test loss settles"] == pytest.approx(9000, rel=0.05)
    assert found[0]["outcome"] == "grokked"
    assert main(["phases", str(table), "--guessing", "1.0"]) == 0
    assert "The loss of guessing is 1 nats." in capsys.readouterr().out


def test_other_separators_and_blank_lines_change_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = _csv(tmp_path / "plain.csv", _columns())
    found = []
    for separator, suffix in ((",", "csv"), (";", "csv"), ("\t", "TSV")):
        other = tmp_path / f"other.{suffix}"
        other.write_text("\ufeff" + plain.read_text().replace(",", separator).replace("\n", "\r\n") + "\r\n  \r\n")
        assert main(["phases", str(other), "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0] == found[1] == found[2]


def test_nan_is_left_out_and_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = _columns()
    columns["test_loss"][5] = np.nan
    assert main(["phases", str(_csv(tmp_path / "c.csv", columns)), "--json"]) == 0
    out = capsys.readouterr()
    json.loads(out.out)
    assert "a cell with NaN or infinity is not used" in out.err


def test_a_loss_that_rounding_put_below_0_is_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = _columns()
    columns["train_loss"][-1] = -2e-8
    below = _csv(tmp_path / "below.csv", columns)
    assert main(["phases", str(below), "--json"]) == 0
    found = capsys.readouterr().out
    columns["train_loss"][-1] = 0
    assert main(["phases", str(_csv(tmp_path / "zero.csv", columns)), "--json"]) == 0
    assert capsys.readouterr().out == found


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("step,train_loss\n0,1\n", "expected step, train_loss, test_loss"),
        ("step,train_loss,test_loss\n0,1,x\n", "line 2, column test_loss: got 'x'"),
        ("step,train_loss,test_loss\n0,1\n", "line 2 has 2 cells"),
        ("step,train_loss,test_loss\n0,1,1\n0,1,1\n", "step 0 twice"),
        ("step,train_loss,test_loss\n5,1,1\n0,1,1\n", "step 0 after step 5"),
        ("step,train_loss,test_loss\n0,1,\n", "test_loss holds no number"),
        ("step,train_loss,test_loss\n0,1,-1\n", "0 nats or more"),
        ("step,train_loss,test_loss,test_accuracy\n0,1,1,97\n", "from 0 to 1"),
        ("step,train_loss,test_loss\n", "no row with a step"),
        ("step,train_loss,test_loss\n0,0,0\n1,0,0\n", "the first test loss is 0"),
        ("step;train_loss;test_loss\n0;1;4,7\n", "got '4,7'"),
    ],
)
def test_a_wrong_table_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, reason: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(text)
    assert main(["phases", str(path)]) == 2
    err = capsys.readouterr().err
    assert reason in err
    assert err.count("\n") == 1


def test_other_paths_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.parquet").write_bytes(b"no parquet")
    (tmp_path / "c.json").write_text("{}")
    os.mkfifo(tmp_path / "pipe.csv")
    for name in ("c.parquet", "c.json", "pipe.csv", "missing.csv", ".", "nothing"):
        assert main(["phases", str(tmp_path / name)]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_three_records_have_no_boundary_and_no_interval_leaves_the_record(tmp_path: Path, capsys) -> None:
    path = tmp_path / "c.csv"
    path.write_text("step,train_loss,test_loss\n0,4.7,4.7\n5000,1e-6,1e-6\n20000,1e-7,1e-7\n")
    assert main(["phases", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["boundaries"]
    assert next(one for one in found if one["name"] == "memorisation ends")["step"] is None
    assert main(["phases", str(_csv(path, _columns())), "--json"]) == 0
    for one in json.loads(capsys.readouterr().out)["boundaries"]:
        assert one["step"] is None or 0 <= one["low"] <= one["step"] <= one["high"] <= max(_columns()["step"])
