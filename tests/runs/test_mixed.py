"""Two runs whose files ended up in one directory are recognised."""

import shutil
from pathlib import Path

import pytest

from latebloom._errors import DamagedFileError
from latebloom.runs import train_run


def test_a_checkpoint_and_a_state_of_another_run_are_refused(tiny, tmp_path: Path) -> None:
    one, other = train_run(tiny(10), "one", tmp_path), train_run(tiny(10).with_seed(1), "other", tmp_path)
    for file in ("checkpoints/step-00000000.safetensors", "state.safetensors"):
        shutil.copy(other.path / file, one.path / file)
    with pytest.raises(DamagedFileError, match="written by another run"):
        one.checkpoint(0)
    with pytest.raises(DamagedFileError, match="written by another run"):
        train_run(tiny(20), "one", tmp_path)


def test_a_run_resumed_with_more_steps_still_reads_its_older_checkpoints(tiny, tmp_path: Path) -> None:
    train_run(tiny(10), "one", tmp_path)
    resumed = train_run(tiny(20), "one", tmp_path)
    assert resumed.checkpoints == [0, 10, 20]
    assert [resumed.checkpoint(step).step for step in resumed.checkpoints] == resumed.checkpoints
