"""One row per run: varied fields and results."""

import json
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import latebloom as lb
from latebloom._errors import UsageError
from latebloom.runs import Run
from latebloom.store import identity
from latebloom.sweeps import table as table_module
from latebloom.sweeps.export import cell_text, check_table_file, plain_rows, write_table_file
from latebloom.sweeps.fields import flat, varied
from latebloom.sweeps.row import results


@pytest.fixture
def sweep(jobs, inline, planted_run: Run, tmp_path: Path) -> Path:
    """Two short runs, one that diverged, one that failed before it began, and the planted one."""
    path = tmp_path / "sweep"
    inline(path, [*jobs([0, 1]), *jobs([0], optimiser__lr=1e30)])
    inline(path, jobs([2]), lose=lambda batch: True)
    shutil.copytree(planted_run.path, path / "planted")
    return path


def test_a_row_has_the_varied_fields_and_the_results(sweep: Path, jobs, planted_run: Run) -> None:
    frame = lb.load_sweep(sweep).frame.set_index("run")
    assert {"optimiser.lr", "task.p", "recipe"} <= set(frame.columns)
    assert "model.seed" not in frame.columns
    planted = frame.loc["planted"]
    starts = {phase.name: phase.start for phase in planted_run.phases.phases}
    columns = ("memorisation_from", "circuit_formation_from", "clean_up_from", "stable_from")
    assert [planted[column] for column in columns] == list(starts.values())
    assert (planted["seed"], planted["step"], bool(planted["grokked"])) == (4, 6000, True)
    assert list(planted["key_frequencies"]) == [3, 5, 9]
    metrics = planted_run.directory.read_table(
        "metrics"
    ).to_pandas()  # as logged: other tests may have measured it since
    assert planted["test_learned_at"] == metrics[metrics.test_accuracy >= 0.99].step.min()
    assert planted["outcome"] == "grokked"
    assert planted["test_loss"] == metrics.test_loss.iloc[-1]
    assert frame.loc[jobs([0])[0].name, "status"] == "finished"
    diverged = frame.loc[jobs([0], optimiser__lr=1e30)[0].name]
    assert (diverged["status"], diverged["optimiser.lr"]) == ("diverged", 1e30)
    assert "not finite" in diverged["message"]
    failed = frame.loc[jobs([2])[0].name]
    assert (failed["status"], failed["seed"]) == ("failed", 2)
    assert "given up after 3 attempts" in failed["message"]
    assert len(lb.load_sweep(sweep).runs) == 4


def test_results_are_computed_once(sweep: Path, jobs, inline, monkeypatch) -> None:
    first = table_module.sweep_table(sweep)
    worked_out = []
    whole = table_module.results
    monkeypatch.setattr(table_module, "results", lambda run: worked_out.append(run.path.name) or whole(run))
    assert table_module.sweep_table(sweep).equals(first)
    assert worked_out == []
    inline(sweep, jobs([5]))
    assert len(table_module.sweep_table(sweep)) == len(first) + 1
    assert worked_out == [jobs([5])[0].name]
    (sweep / "table.parquet").write_bytes(b"damaged")
    assert len(table_module.sweep_table(sweep)) == len(first) + 1


def test_an_altered_cache_is_not_used(sweep: Path) -> None:
    first = table_module.sweep_table(sweep)
    cache = sweep / "table.parquet"
    altered = pq.read_table(cache)
    place = altered.column_names.index("test_loss")
    pq.write_table(altered.set_column(place, "test_loss", pa.array([0.0] * len(altered))), cache)
    assert table_module.sweep_table(sweep).equals(first)
    cache.unlink()
    os.mkfifo(cache)
    assert table_module.sweep_table(sweep).equals(first)


def test_a_damaged_checkpoint_empties_its_column_until_it_is_repaired(sweep: Path) -> None:
    def planted() -> dict[str, object]:
        return next(row for row in plain_rows(table_module.sweep_table(sweep)) if row["run"] == "planted")

    last = sweep / "planted" / "checkpoints" / "step-00006000.safetensors"
    whole = last.read_bytes()
    last.write_bytes(whole[:100])
    damaged = planted()
    assert damaged["key_frequencies"] is None
    assert None not in (damaged["train_learned_at"], damaged["test_learned_at"], damaged["test_loss"])
    last.write_bytes(whole)
    assert planted() == damaged | {"key_frequencies": [3, 5, 9]}


def test_a_damaged_run_has_a_row_with_the_error(sweep: Path) -> None:
    (sweep / "planted" / "manifest.json").write_text("{")
    rows = {row["run"]: row for row in plain_rows(table_module.sweep_table(sweep))}
    assert rows["planted"]["status"] == "damaged"
    assert "is damaged" in rows["planted"]["message"]


def test_a_run_that_cannot_be_read_does_not_count_as_one_that_did_not_generalise(sweep: Path) -> None:
    def generalised() -> tuple[int, float]:
        (group,) = lb.effects(sweep).groups
        return group.runs, group.generalised.value

    runs, share = generalised()
    (sweep / "planted" / "metrics.parquet").write_bytes(b"not a table")
    (sweep / table_module.CACHE).unlink()
    with pytest.warns(UserWarning, match=r"1 of \d+ runs cannot be read and are left out of statistics: .*metrics"):
        left, without = generalised()
    assert left == runs - 1
    assert without * left == pytest.approx(share * runs - 1)


def test_other_directories_are_no_sweeps(tmp_path: Path, planted_run: Run) -> None:
    for place in (tmp_path, tmp_path / "nowhere", planted_run.path, ""):
        with pytest.raises(UsageError, match="expected the directory of a sweep"):
            lb.load_sweep(place)


def test_files_that_other_programs_read(sweep: Path, tmp_path: Path) -> None:
    table = table_module.sweep_table(sweep)
    write_table_file(tmp_path / "t.parquet", table)
    assert pq.read_table(tmp_path / "t.parquet").equals(table)
    write_table_file(tmp_path / "t.csv", table)
    import pandas

    read = pandas.read_csv(tmp_path / "t.csv").set_index("run")
    assert read.loc["planted", "key_frequencies"] == "3 5 9"
    assert len(read) == len(table)
    for wrong in ("t.xlsx", "t", "no/such/t.csv"):
        with pytest.raises(UsageError, match="--out"):
            check_table_file(tmp_path / wrong)


def test_cells_and_columns() -> None:
    assert [cell_text(value) for value in (None, 1.0, 0.123456, [3, 5], True, "a")] == [
        "-",
        "1",
        "0.1235",
        "3 5",
        "True",
        "a",
    ]
    a, b = flat({"recipe": "x", "model": {"seed": 1}, "data": {"seed": 1}}), flat({"recipe": "y", "model": {"seed": 2}})
    assert varied([a, a]) == []
    assert varied([a, {**a, "model.seed": 2, "data.seed": 2}]) == []
    assert varied([a, b]) == ["recipe", "model.seed", "data.seed"]


def test_grokked_is_true_exactly_for_that_outcome(sweep: Path) -> None:
    for row in plain_rows(table_module.sweep_table(sweep)):
        assert row["grokked"] == (None if row["outcome"] is None else row["outcome"] == "grokked")


def test_separate_phases_without_99_per_cent_are_not_grokked(
    planted_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = planted_run.directory.read_table("metrics")
    names = table.column_names
    short = table.set_column(names.index("test_accuracy"), "test_accuracy", pc.multiply(table["test_accuracy"], 0.98))
    monkeypatch.setattr(type(planted_run.directory), "read_table", lambda self, name: short)
    row = results(planted_run).columns
    assert row["clean_up_from"] is not None
    assert (row["outcome"], row["grokked"], row["test_learned_at"]) == ("partly generalised", False, None)


def test_damaged_documents_are_reported_and_the_runs_still_listed(sweep: Path) -> None:
    names = lb.load_sweep(sweep).frame["run"].tolist()
    failed = [name for name in names if not (sweep / name).is_dir()]
    lone = '{"\\udcff": {"message": "", "experiment": {}}}'
    for text in ("[1]", "5", '{"a": 1}', '{"a": {"message": 1}}', "{", lone):
        (sweep / "failures.json").write_text(text)
        with pytest.warns(UserWarning, match=r"failures.json of the sweep is damaged and not used: "):
            assert set(lb.load_sweep(sweep).frame["run"]) == set(names) - set(failed)


@pytest.mark.parametrize("value", ["x", 2**70, "\ud800"])
def test_one_odd_manifest_is_damaged_and_the_others_are_whole(sweep: Path, value: object) -> None:
    whole = [name for name in lb.load_sweep(sweep).frame["run"] if (sweep / name).is_dir()]
    file = sweep / whole[0] / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["experiment"]["task"]["p"] = value
    file.write_text(json.dumps({**manifest, "experiment_hash": identity(manifest["experiment"])}))
    status = lb.load_sweep(sweep).frame.set_index("run")["status"]
    assert status[whole[0]] == "damaged"
    assert all(status[name] != "damaged" for name in whole[1:])
