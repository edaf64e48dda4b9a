"""Records of runs: what identifies them, how they merge, and what survives a damaged file or a full disk."""

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from latebloom._errors import DamagedFileError, StoreError
from latebloom.claims import Measurement, Record, Results, merge
from latebloom.store import identity
from latebloom.training import Experiment

DAY = datetime(2026, 11, 24, tzinfo=UTC)


def record(day: int = 0, run: str = "a", seed: int = 0, **values: float | None) -> Record:
    """A run that was measured on a day."""
    experiment = Experiment().with_seed(seed).model_dump(mode="json")
    date = DAY + timedelta(days=day)
    return Record(
        identity=identity(experiment),
        run=run,
        experiment=experiment,
        seed=seed,
        status="finished",
        step=100 + day,
        date=date,
        seconds=1.0,
        quantities={name: Measurement(value=value, date=date) for name, value in values.items()},
    )


@pytest.mark.parametrize("order", [1, -1])
def test_the_newest_measurement_of_each_quantity_wins(order: int) -> None:
    (merged,) = merge([record(0, a=1.0, b=1.0), record(1, b=2.0, c=None)][::order])
    assert {name: one.value for name, one in merged.quantities.items()} == {"a": 1.0, "b": 2.0, "c": None}
    assert merged.step == 101


def test_other_runs_stay_apart_and_are_sorted() -> None:
    assert [one.run for one in merge([record(run="b", seed=1), record(run="a")])] == ["a", "b"]


def test_files_merged_by_git_count_as_one(tmp_path: Path) -> None:
    results = Results(tmp_path / "new" / "folder")
    results.add("mainline", [record(0, a=1.0)])
    file = results.path / "mainline.jsonl"
    file.write_text(file.read_text() + record(1, a=2.0).to_line() + "\n")
    assert [one.value("a") for one in results.read("mainline")] == [2.0]
    results.add("mainline", [record(0, seed=1, a=3.0)])
    assert len(file.read_text().splitlines()) == 2
    assert results.read("other") == []


def test_the_identity_does_not_depend_on_how_the_experiment_was_written_down() -> None:
    known = record()
    older = {**known.experiment, "training": {"steps": known.experiment["training"]["steps"]}}
    line = known.model_copy(update={"experiment": older, "identity": "as it was"}).to_line()
    assert Record.from_line(line, "here").identity == known.identity


def test_an_experiment_of_another_package_is_kept_as_it_is() -> None:
    unknown = record().model_copy(update={"experiment": {"task": {"name": "strangers"}}})
    assert Record.from_line(unknown.to_line(), "here").setting("task.name") == "strangers"


@pytest.mark.parametrize("line", ["<<<<<<< HEAD", "{}", '{"identity": 3}'])
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    results = Results(tmp_path)
    results.add("mainline", [record(a=1.0)])
    file = tmp_path / "mainline.jsonl"
    file.write_text(file.read_text() + line)
    with pytest.raises(DamagedFileError, match=r"mainline\.jsonl:2: "):
        results.read("mainline")


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = Results(tmp_path)
    results.add("mainline", [record(a=1.0)])

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(StoreError):
        results.add("mainline", [record(1, a=2.0)])
    monkeypatch.undo()
    assert [one.value("a") for one in results.read("mainline")] == [1.0]
    assert len(list(tmp_path.iterdir())) == 1


def test_the_earliest_training_counts_and_an_unknown_one_is_older() -> None:
    early, late = (
        record(day, a=float(day)).model_copy(update={"created": DAY + timedelta(days=day)}) for day in (1, 2)
    )
    assert merge([late, early])[0].created == early.created
    assert merge([late, record(0, a=1.0)])[0].created is None
    assert Record.from_line(late.to_line(), "here").created == late.created


def test_two_processes_lose_no_record(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(add_many, [tmp_path, tmp_path], [0, 100]))
    assert {one.seed for one in Results(tmp_path).read("mainline")} == {*range(8), *range(100, 108)}


def add_many(folder: Path, first: int) -> None:
    for seed in range(first, first + 8):
        Results(folder).add("mainline", [record(run=f"run-{seed}", seed=seed, a=1.0)])


def test_what_is_undefined_or_never_reached_survives_a_file() -> None:
    never = Measurement(never=True, reason="not by step 9")
    stored = record().model_copy(update={"quantities": {"a": never, "b": Measurement(value=(1.0, None))}})
    read = Record.from_line(stored.to_line(), "here")
    assert read.quantities["a"] == never
    assert read.value("b") == (1.0, None)
