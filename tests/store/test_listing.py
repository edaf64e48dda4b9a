"""Runs are listed with their current status."""

import os
from pathlib import Path

import pytest

from latebloom._errors import UsageError
from latebloom.store import Manifest, RunDirectory, RunLock, effective_status, find_runs, locate, not_found


def test_runs_and_the_runs_of_sweeps_are_listed(tmp_path: Path, manifest: Manifest) -> None:
    for place in ("b", "a", "sweep/one", "too/deep/down"):
        run = RunDirectory(tmp_path / place)
        run.create()
        run.write_manifest(manifest)
    (tmp_path / "empty").mkdir()
    (tmp_path / "a" / "manifest.json").write_text("{damaged")
    runs = find_runs(tmp_path)
    assert [str(run.path.relative_to(tmp_path)) for run in runs] == ["a", "b", "sweep/one"]
    assert [effective_status(run) for run in runs] == ["damaged", "interrupted", "interrupted"]


def test_a_missing_directory_has_no_runs_and_a_file_is_an_error(tmp_path: Path) -> None:
    assert find_runs(tmp_path / ("long" * 1000)) == []
    assert find_runs(tmp_path / "absent") == []
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is no directory; expected a directory of runs"):
        find_runs(tmp_path / "file")


def test_running_needs_a_living_writer(run: RunDirectory, manifest: Manifest) -> None:
    run.write_manifest(manifest)
    with RunLock(run.path):
        assert effective_status(run) == "running"
    assert effective_status(run) == "interrupted"
    run.write_manifest(manifest.model_copy(update={"status": "finished"}))
    assert effective_status(run) == "finished"


def test_a_mistyped_name_with_a_dot_is_a_run_where_one_is_like_it(tmp_path: Path, manifest: Manifest) -> None:
    run = RunDirectory(tmp_path / "small.beta")
    run.create()
    run.write_manifest(manifest)
    assert not_found("smal.beta", tmp_path).endswith("; did you mean 'small.beta'?")
    assert not_found("weights.pth", tmp_path) == "there is no file weights.pth"


def test_a_run_whose_name_is_not_utf_8_is_left_out_with_a_warning(tmp_path: Path, manifest: Manifest) -> None:
    for name in ("whole", os.fsdecode(b"x\xff")):
        run = RunDirectory(tmp_path / name)
        run.create()
        run.write_manifest(manifest)
    with pytest.warns(UserWarning, match=r"x\\xff': the name is not UTF-8"):
        assert [found.path.name for found in find_runs(tmp_path)] == ["whole"]
    assert locate(run.path, tmp_path) is None
