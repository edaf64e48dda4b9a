"""Two runs whose files ended up in one directory are recognised."""

import shutil
from pathlib import Path

import pytest

import latebloom as lb
from latebloom._errors import DamagedFileError
from latebloom.runs import Run, train_run
from latebloom.training.settings import with_settings

SETTINGS = {
    "task.p": 5,
    "model.d_model": 8,
    "model.n_heads": 1,
    "model.d_head": 8,
    "model.d_mlp": 8,
    "training.steps": 3,
}


def _run(root: Path, name: str, seed: int, steps: int = 3) -> Run:
    experiment = with_settings(lb.recipe("small"), SETTINGS | {"model.seed": seed, "training.steps": steps})
    return train_run(experiment, name, root)


def test_a_checkpoint_and_a_state_of_another_run_are_refused(tmp_path: Path) -> None:
    one, other = _run(tmp_path, "one", seed=0), _run(tmp_path, "other", seed=1)
    for file in ("checkpoints/step-00000000.safetensors", "state.safetensors"):
        shutil.copy(other.path / file, one.path / file)
    with pytest.raises(DamagedFileError, match="written by another run"):
        one.checkpoint(0)
    with pytest.raises(DamagedFileError, match="written by another run"):
        _run(tmp_path, "one", seed=0, steps=4)


def test_a_run_resumed_with_more_steps_still_reads_its_older_checkpoints(tmp_path: Path) -> None:
    _run(tmp_path, "one", seed=0)
    resumed = _run(tmp_path, "one", seed=0, steps=5)
    assert [resumed.checkpoint(step).step for step in resumed.checkpoints] == resumed.checkpoints
