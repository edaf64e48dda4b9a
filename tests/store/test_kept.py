"""Results that are kept beside a run, for as long as they are current."""

import hashlib
import json
import os
import warnings
from pathlib import Path

import pytest

import latebloom._registry
from latebloom._registry import VARIABLE, Registry
from latebloom.store import Manifest, RunDirectory, RunLock, append_rows, atomic_write, empty_table, kept, operations
from latebloom.store.kept import _seal
from latebloom.store.reads import noted_reads


class Computation:
    """Reads a document and the checkpoints of a run, writes a file, and counts how often it does."""

    def __init__(self, run: RunDirectory) -> None:
        self.run, self.count = run, 0

    def __call__(self) -> list[int]:
        self.count += 1
        self.run.read_manifest()
        self.run.read_document("notes")
        self.run.write_document("out", self.count)
        return [len(self.run.checkpoint_steps()), self.count]


@pytest.fixture(autouse=True)
def no_parts_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latebloom._registry, "_REGISTRIES", [])


@pytest.fixture
def computation(run: RunDirectory, manifest: Manifest) -> Computation:
    run.write_manifest(manifest)
    return Computation(run)


def asked(computation: Computation, *command: str) -> list[int]:
    return kept(str(computation.run.path), "nowhere", command or ("count",), computation)


def test_a_result_is_computed_once(computation: Computation) -> None:
    assert asked(computation) == asked(computation) == [0, 1]
    assert asked(computation, "count", "more") == [0, 2]


@pytest.mark.parametrize("change", ["read", "listed", "written", "removed"])
def test_a_result_is_computed_again_once_anything_it_rests_on_changes(computation: Computation, change: str) -> None:
    run = computation.run
    asked(computation)
    if change == "read":
        run.write_document("notes", "there was none")
    elif change == "listed":
        run.write_checkpoint(5, {})
    elif change == "written":
        run.write_document("out", "edited")
    else:
        (run.path / "out.json").unlink()
    asked(computation)
    assert computation.count == 2
    asked(computation)
    assert computation.count == 2


def test_a_result_outlives_a_change_of_what_it_does_not_rest_on(computation: Computation) -> None:
    asked(computation)
    computation.run.write_table("measures", append_rows(empty_table(), [{"step": 1, "loss": 0.5}]))
    asked(computation)
    assert computation.count == 1


def test_a_copy_of_the_run_keeps_its_results(computation: Computation, tmp_path: Path) -> None:
    asked(computation)
    moved = computation.run.path.rename(tmp_path / "runs" / "moved")
    assert kept("moved", tmp_path / "runs", ("count",), Computation(RunDirectory(moved))) == [0, 1]


def test_nothing_is_kept_of_a_run_in_training_nor_with_foreign_modules_nor_after_a_warning(
    computation: Computation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RunLock(computation.run.path):
        asked(computation)
    monkeypatch.setenv(VARIABLE, "json")
    asked(computation)
    monkeypatch.delenv(VARIABLE)

    def warns() -> int:
        warnings.warn("half of it is missing", stacklevel=1)
        return computation()[1]

    for count in (3, 4):
        with pytest.warns(UserWarning, match="half of it"):
            assert kept(str(computation.run.path), "nowhere", ("warns",), warns) == count
    assert not (computation.run.path / "kept").exists()


def test_a_damaged_result_is_computed_again(computation: Computation) -> None:
    asked(computation)
    (file,) = (computation.run.path / "kept").iterdir()
    whole = file.read_text()
    forged = whole.replace("manifest.json", "manifest.jsom"), whole.replace('"result": [', '"result": [9, ')
    assert whole not in forged
    for damage in ("{", "[]", '{"made_with": 1}', *forged):
        file.write_text(damage)
        asked(computation)
    assert computation.count == 6


def test_nothing_is_kept_through_a_link(computation: Computation, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (computation.run.path / "kept").symlink_to(elsewhere)
    asked(computation)
    assert not any(elsewhere.iterdir())


def test_a_kept_result_cannot_name_a_pipe_or_a_file_outside_the_run(computation: Computation, tmp_path: Path) -> None:
    asked(computation)
    (file,) = (computation.run.path / "kept").iterdir()
    outside = tmp_path / "outside"
    os.mkfifo(outside)
    os.mkfifo(computation.run.path / "pipe")
    software = json.loads(file.read_text())["made_with"]
    for name in ("pipe", os.path.relpath(outside, computation.run.path), str(outside), "\ud800", "\0"):
        _seal(file, {"made_with": software, "made_from": {name: None}, "result": "forged"})
        assert asked(computation) != "forged"


def test_a_file_of_the_name_of_a_run_is_not_taken_for_it(
    computation: Computation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = computation.run.path
    monkeypatch.chdir(tmp_path)
    Path(run.name).write_bytes(b"weights")
    assert kept(run.name, run.parent, ("count",), lambda: "of the file") == "of the file"
    assert not (run / "kept").exists()


def test_nothing_is_kept_with_parts_of_other_packages(computation: Computation) -> None:
    registry: Registry[type] = Registry("part", lambda part: part.__name__)
    registry.register(Computation)
    asked(computation)
    assert asked(computation) == [0, 2]


def test_a_repeated_warning_is_not_shown_each_time(computation: Computation) -> None:
    def warns() -> None:
        for _ in range(9):
            warnings.warn("again", stacklevel=1)

    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("default")
        kept(str(computation.run.path), "nowhere", ("warns",), warns)
    assert len(shown) <= 2  # once, and once more after the type checks of the tests reset what Python remembers


def test_what_a_killed_command_left_goes_with_the_next(computation: Computation) -> None:
    asked(computation)
    (file,) = (computation.run.path / "kept").iterdir()
    file.with_name(f".{file.name}.abc.tmp").write_text("half")
    file.unlink()
    asked(computation)
    assert list((computation.run.path / "kept").iterdir()) == [file]


def test_a_file_counts_as_it_was_written_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another writer may replace it at once."""

    def replaced(path: Path, target: Path) -> None:
        os.replace(path, target)
        target.write_bytes(b"of another writer")

    monkeypatch.setattr(operations, "rename", replaced)
    with noted_reads() as reads:
        atomic_write(tmp_path / "x", b"own")
    assert reads == {str(tmp_path / "x"): hashlib.sha256(b"own").hexdigest()}
