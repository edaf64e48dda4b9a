"""Operations on the disk that fail, and a run directory that is moved, deleted, replaced or linked during training."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fault_injection import FAULTS, Disk, contents, experiment, sweep

from latebloom._errors import LatebloomError, RunLockedError, UsageError
from latebloom.runs import Run, train_run
from latebloom.training import Record


def test_after_a_fault_at_an_operation_a_run_is_readable_and_resumes_to_the_same_bits() -> None:
    """A sample; `benchmarks/fault_injection.py` takes every operation."""
    result = sweep(every=53)
    assert result["wrong"] == []
    assert {verdict.split(":")[0] for verdict in result["verdicts"]} == set(FAULTS)


def test_a_fault_that_loses_what_was_written_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is known to be on the disk, a power cut loses what a later file counts on."""

    def forgetful(disk: Disk, name: str, operate: Callable[..., None], *arguments: object) -> None:
        operate(*arguments) if name == "sync" else real(disk, name, operate, *arguments)

    real = Disk._do
    monkeypatch.setattr(Disk, "_do", forgetful)
    assert sweep(every=19, faults=("power cut",))["wrong"]


def changed_during(change: Callable[[Path], None], root: Path) -> Exception | None:
    """Train, and change the directory before step 3; what training then raises."""

    def observe(record: Record) -> None:
        if record.step == 3:
            change(root / "r")

    try:
        train_run(experiment(6), "r", root, observer=observe)
    except LatebloomError as error:
        return error
    return None


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, bytes]:
    return contents(train_run(experiment(6), "whole", tmp_path).path)


def moved(run: Path) -> None:
    run.rename(run.with_name("old"))


def deleted(run: Path) -> None:
    shutil.rmtree(run)


def replaced_by_another_run(run: Path) -> None:
    moved(run)
    train_run(experiment(4), "r", run.parent)


def replaced_by_a_copy(run: Path) -> None:
    moved(run)
    shutil.copytree(run.with_name("old"), run)


def replaced_by_a_file(run: Path) -> None:
    moved(run)
    run.write_text("of the user")


def replaced_by_a_link(run: Path) -> None:
    outside = run.with_name("outside")
    outside.mkdir()
    moved(run)
    run.symlink_to(outside)


def root_moved(run: Path) -> None:
    """The folder of all runs is renamed: everything in it is."""
    run.parent.rename(run.parent.with_name("elsewhere"))


def without_lock(run: Path) -> None:
    (run / ".lock").unlink()


@pytest.mark.parametrize(
    "change",
    [
        moved,
        deleted,
        replaced_by_another_run,
        replaced_by_a_copy,
        replaced_by_a_file,
        replaced_by_a_link,
        root_moved,
        without_lock,
    ],
)
def test_a_run_that_is_moved_or_replaced_during_training_is_not_written_again(
    change: Callable[[Path], None], tmp_path: Path
) -> None:
    root = tmp_path / "runs"
    after: dict[str, bytes] = {}

    def change_and_look(run: Path) -> None:
        change(run)
        after.update(everything(tmp_path))

    error = changed_during(change_and_look, root)
    assert isinstance(error, RunLockedError)
    assert "\n" not in str(error)
    assert everything(tmp_path) == after


def everything(place: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in place.rglob("*") if file.is_file()}


def test_a_run_that_is_moved_and_moved_back_is_written_on(tmp_path: Path, whole: dict[str, bytes]) -> None:
    def there_and_back(run: Path) -> None:
        moved(run)
        run.with_name("old").rename(run)

    assert changed_during(there_and_back, tmp_path) is None
    assert contents(tmp_path / "r") == whole


def test_a_moved_run_resumes_where_it_is(tmp_path: Path, whole: dict[str, bytes]) -> None:
    assert changed_during(moved, tmp_path) is not None
    assert contents(train_run(experiment(6), "old", tmp_path).path) == whole


def linked_checkpoints(run: Path) -> None:
    (run / "checkpoints").rename(run.with_name("outside"))
    (run / "checkpoints").symlink_to(run.with_name("outside"))


def linked_state(run: Path) -> None:
    link_aside(run / "state.safetensors")


def linked_metrics(run: Path) -> None:
    link_aside(run / "metrics.parquet")


def linked_manifest(run: Path) -> None:
    link_aside(run / "manifest.json")


def link_aside(file: Path) -> None:
    outside = file.parent.with_name("outside")
    outside.mkdir()
    file.rename(outside / file.name)
    file.symlink_to(outside / file.name)


@pytest.mark.parametrize("link", [linked_state, linked_metrics, linked_manifest])
def test_a_linked_file_is_replaced_and_what_it_leads_to_stays(
    link: Callable[[Path], None], tmp_path: Path, whole: dict[str, bytes]
) -> None:
    before: dict[str, bytes] = {}

    def link_and_look(run: Path) -> None:
        link(run)
        before.update(everything(tmp_path / "outside"))

    assert changed_during(link_and_look, tmp_path) is None
    assert everything(tmp_path / "outside") == before != {}
    assert contents(tmp_path / "r") == whole


def test_checkpoints_that_become_a_link_are_not_written_through(tmp_path: Path) -> None:
    error = changed_during(linked_checkpoints, tmp_path)
    assert error is not None
    assert "is a link" in str(error)
    assert sorted(file.name for file in (tmp_path / "outside").iterdir()) == [
        "step-00000000.safetensors",
        "step-00000002.safetensors",
    ]


def folder_for_a_file(run: Path) -> None:
    (run / "metrics.parquet").unlink()
    (run / "metrics.parquet").mkdir()


def deleted_checkpoints(run: Path) -> None:
    shutil.rmtree(run / "checkpoints")


@pytest.mark.parametrize("change", [folder_for_a_file, deleted_checkpoints])
def test_what_cannot_be_written_stops_training_in_one_line(change: Callable[[Path], None], tmp_path: Path) -> None:
    assert changed_during(change, tmp_path) is not None
    assert Run(tmp_path / "r").status == "interrupted"


def test_a_link_to_a_folder_of_something_else_is_no_place_for_a_run(tmp_path: Path) -> None:
    for name, left in (("photos", "a.jpg"), ("lost", "checkpoints/step-00000002.safetensors")):
        (tmp_path / name / left).parent.mkdir(parents=True)
        (tmp_path / name / left).write_text("of the user")
        (tmp_path / "r").symlink_to(tmp_path / name)
        with pytest.raises(UsageError):
            train_run(experiment(1), "r", tmp_path)
        assert contents(tmp_path / name) == {left: b"of the user"}
        assert not (tmp_path / name / ".lock").exists()
        (tmp_path / "r").unlink()
    (tmp_path / "empty" / "checkpoints").mkdir(parents=True)
    (tmp_path / "empty" / ".lock").touch()
    (tmp_path / "r").symlink_to(tmp_path / "empty")
    assert train_run(experiment(1), "r", tmp_path).status == "finished"
