"""How much disk a whole mainline run takes: counted from one real checkpoint, state and schedule."""

from pathlib import Path

import pytest

from latebloom.recipes import mainline
from latebloom.store import RunDirectory
from latebloom.training import Recording, Schedule, Trainer

METRICS_ROW = 12 * 8


@pytest.mark.parametrize(("checkpoints", "megabytes"), [("100", 400), (None, 100)])
def test_forty_thousand_steps_fit(checkpoints: str | None, megabytes: int, tmp_path: Path) -> None:
    trainer = Trainer(mainline())
    trainer.advance(1)
    directory = RunDirectory(tmp_path / "run")
    directory.create()
    directory.write_checkpoint(0, {name: value.numpy() for name, value in trainer.weights().items()})
    one = directory.bytes()
    directory.write_state(1, {name: value.numpy() for name, value in trainer.state().items()})
    state = directory.bytes() - one
    recording = Recording() if checkpoints is None else Recording(checkpoints=Schedule.model_validate(checkpoints))
    kept = sum(step in recording.checkpoints for step in range(40_001))
    rows = sum(step in recording.metrics for step in range(40_001))
    # While it is replaced the state is there twice; measures add two hundred columns a checkpoint.
    assert kept * (one + 200 * 8) + 2 * state + rows * METRICS_ROW < megabytes * 1e6
