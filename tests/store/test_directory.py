"""The layout of a run on disk."""

import os
from pathlib import Path

import numpy as np
import pytest

from latebloom._errors import DamagedFileError, StoreError, UsageError
from latebloom.store import RunDirectory, append_rows, empty_table


def weights(value: float) -> dict[str, np.ndarray]:
    return {"W_E": np.full((2, 3), value, np.float32)}


def test_the_files_follow_the_layout(run: RunDirectory) -> None:
    run.write_checkpoint(100, weights(1))
    run.write_state(100, weights(1))
    run.write_table("metrics", empty_table())
    run.write_document("explanation", {"p": 113})
    files = sorted(str(file.relative_to(run.path)) for file in run.path.rglob("*") if file.is_file())
    assert files == [
        "checkpoints/step-00000100.safetensors",
        "explanation.json",
        "metrics.parquet",
        "state.safetensors",
    ]
    assert run.bytes() == sum((run.path / file).stat().st_size for file in files)


def test_checkpoints_are_listed_in_order_and_read_by_step(run: RunDirectory) -> None:
    for step in (100, 0, 123_456_789):
        run.write_checkpoint(step, weights(step))
    (run.path / "checkpoints" / "notes.txt").touch()
    assert run.checkpoint_steps() == [0, 100, 123_456_789]
    assert run.read_checkpoint(100)["W_E"].tolist() == [[100.0] * 3] * 2


def test_a_missing_checkpoint_names_the_nearest(run: RunDirectory) -> None:
    with pytest.raises(UsageError, match="no checkpoint at step 7: it has no checkpoints yet"):
        run.read_checkpoint(7)
    for step in range(0, 1000, 100):
        run.write_checkpoint(step, weights(step))
    with pytest.raises(UsageError, match=r"no checkpoint at step 420: the nearest are 300, 400, 500, 600$"):
        run.read_checkpoint(420)


def test_a_renamed_checkpoint_is_an_error(run: RunDirectory) -> None:
    run.write_checkpoint(100, weights(1))
    folder = run.path / "checkpoints"
    (folder / "step-00000100.safetensors").rename(folder / "step-00000200.safetensors")
    with pytest.raises(DamagedFileError, match="holds step 100, not 200"):
        run.read_checkpoint(200)


def test_drop_after_removes_later_data(run: RunDirectory) -> None:
    rows = [{"step": step, "loss": float(step)} for step in (0, 10, 20, 30)]
    for name in ("metrics", "measures"):
        run.write_table(name, append_rows(empty_table(), rows))
    for step in (0, 20, 30):
        run.write_checkpoint(step, weights(step))
    run.drop_after(20)
    assert run.checkpoint_steps() == [0, 20]
    assert run.read_table("metrics").to_pylist() == rows[:3]
    assert run.read_table("measures").to_pylist() == rows[:3]
    run.drop_after(-1)
    assert run.checkpoint_steps() == []
    assert run.read_table("metrics").num_rows == 0


def test_documents_are_strict_json(run: RunDirectory) -> None:
    assert run.read_document("explanation") is None
    run.write_document("explanation", {"fraction": {"6": 0.1}, "loss": None, "word": "Blüte"})
    assert run.read_document("explanation") == {"fraction": {"6": 0.1}, "loss": None, "word": "Blüte"}
    with pytest.raises(StoreError, match="store null"):
        run.write_document("explanation", {"loss": float("nan")})
    (run.path / "explanation.json").write_text("{")
    with pytest.raises(DamagedFileError, match=r"explanation\.json is damaged, expected JSON"):
        run.read_document("explanation")


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "", "manifest", ".hidden", "a/b"])
def test_a_name_cannot_contain_a_path(run: RunDirectory, name: str) -> None:
    with pytest.raises(UsageError, match="is no name for a"):
        run.read_document(name)
    with pytest.raises(UsageError, match="is no name for a"):
        run.read_table(name)


def test_a_named_pipe_is_refused_at_once(run: RunDirectory) -> None:
    os.mkfifo(run.path / "metrics.parquet")
    with pytest.raises(StoreError, match="no regular file"):
        run.read_table("metrics")


def test_linked_checkpoints_are_read_but_never_written_or_removed(run: RunDirectory, tmp_path: Path) -> None:
    run.write_checkpoint(100, weights(1))
    elsewhere = (run.path / "checkpoints").rename(tmp_path / "elsewhere")
    (run.path / "checkpoints").symlink_to(elsewhere)
    assert run.checkpoint_steps() == [100]
    for change in (run.create, lambda: run.write_checkpoint(200, weights(1)), lambda: run.drop_after(-1), run.clean):
        with pytest.raises(UsageError, match="is a link"):
            change()
    assert [file.name for file in elsewhere.iterdir()] == ["step-00000100.safetensors"]
    (run.path / "figures").symlink_to(elsewhere)
    with pytest.raises(UsageError, match="is a link"):
        run.folder("figures")


def test_what_killed_writers_left_is_removed_but_not_through_a_link(run: RunDirectory, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (run.path / "figures").symlink_to(tmp_path / "elsewhere")
    (run.path / "kept").mkdir()
    places = [run.path, run.path / "checkpoints", run.path / "kept", tmp_path / "elsewhere"]
    for place in places:
        (place / ".x.json.abc.tmp").write_text("")
    run.clean()
    assert [place for place in places if list(place.glob(".*.tmp"))] == [tmp_path / "elsewhere"]
