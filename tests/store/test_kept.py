"""Results that are kept beside a run, for as long as they are current."""

import json
import os
import warnings
from pathlib import Path

import pytest

from latebloom._registry import VARIABLE
from latebloom.store import Manifest, RunDirectory, RunLock, append_rows, empty_table, kept


class Computation:
    """Reads a document and the checkpoints of a run, writes a file, and counts how often it does."""

    def __init__(self, run: RunDirectory) -> None:
        self.run, self.count = run, 0

    def __call__(self) -> list[int]:
        self.count += 1
        self.run.read_document("notes")
        self.run.write_document("out", self.count)
        return [len(self.run.checkpoint_steps()), self.count]


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
    for damage in ("{", "[]", '{"made_with": 1}'):
        file.write_text(damage)
        asked(computation)
    assert computation.count == 4


def test_nothing_is_kept_through_a_link(computation: Computation, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (computation.run.path / "kept").symlink_to(elsewhere)
    asked(computation)
    assert not any(elsewhere.iterdir())


def test_a_kept_result_cannot_name_a_pipe_or_a_file_outside_the_run(computation: Computation, tmp_path: Path) -> None:
    asked(computation)
    (file,) = (computation.run.path / "kept").iterdir()
    kept_before = json.loads(file.read_text())
    outside = tmp_path / "outside"
    os.mkfifo(outside)
    os.mkfifo(computation.run.path / "pipe")
    for made_from in (
        {"pipe": "0" * 64},
        {os.path.relpath(outside, computation.run.path): None},
        {str(outside): None},
    ):
        file.write_text(json.dumps({**kept_before, "made_from": made_from, "result": "forged"}))
        assert asked(computation) != "forged"
