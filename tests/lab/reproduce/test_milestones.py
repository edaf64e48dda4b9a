"""Steps of trainings, on records made by hand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from latebloom.analysis import Analysis
from latebloom.claims import SYSTEMS
from latebloom.explorer.reproduction import ours, published
from latebloom.lab.reproduce import catalogue
from latebloom.lab.reproduce import milestones as file
from latebloom.lab.reproduce.milestones import Milestone, measure_milestones, milestones, reached
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.training import Experiment

Make = Callable[..., Run]


@pytest.fixture
def made(tmp_path: Path) -> Make:
    """A run of 1000 steps whose test loss goes from 4 to ``turn`` at step 200, then straight to ``end``."""

    def make(end: float, turn: float = 6.0) -> Run:
        directory = RunDirectory(tmp_path / f"run-{len(list(tmp_path.iterdir()))}")
        directory.create()
        manifest = new_manifest(directory.path.name, Experiment())
        directory.write_manifest(manifest.model_copy(update={"status": "finished", "step": 1000}))
        steps = np.arange(0, 1001, 100)
        loss = np.interp(steps, [0, 200, 1000], [4.0, turn, end])
        rows = [{"step": int(step), "test_loss": float(value)} for step, value in zip(steps, loss)]
        directory.write_table("metrics", append_rows(empty_table(), rows))
        return Run(directory.path)

    return make


def milestone(**asked: object) -> Milestone:
    return Milestone.model_validate({"says": "it", "published": {"W": 700.0}} | asked)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"column": "test_loss", "below": 3.0}, 700.0),  # 6 - 0.75 per 100 steps: 3 itself at 600 is not below it
        ({"column": "test_loss", "below": -1.0}, None),
        ({"column": "test_loss", "peak": True}, 200.0),
        ({"column": "test_loss", "at": 600}, 3.0),
        ({"column": "test_loss", "at": 2000}, None),
        ({"column": "test_loss.digit_0", "below": 3.0}, None),
        ({"boundary": "excluded loss parts"}, None),
    ],
)
def test_of_one_run(made: Make, asked: dict[str, object], found: float | None) -> None:
    assert reached(milestone(**asked), Analysis(made(0.0))) == found


def test_a_loss_that_only_rises_has_no_peak(made: Make) -> None:
    assert reached(milestone(column="test_loss", peak=True), Analysis(made(9.0))) is None


def test_a_loss_that_only_falls_has_no_peak(made: Make) -> None:
    assert reached(milestone(column="test_loss", peak=True), Analysis(made(0.0, turn=3.0))) is None


def test_of_many_runs(made: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = (
        milestone(column="test_loss", below=3.0),
        milestone(column="test_loss", below=-1.0),
        milestone(column="gone", below=3.0),
        milestone(column="test_loss", at=1000),
    )
    monkeypatch.setattr(file, "milestones", lambda: {"digits": asked})
    some, none, gone, value = measure_milestones("digits", [made(0.0), made(2.0), made(4.0)])
    assert (some.median, some.low, some.high, some.reached, some.runs) == (800.0, 700.0, 900.0, 2, 3)
    assert (none.median, none.reached, none.note) == (None, 0, "not by step 1000")
    assert (gone.median, gone.note) == (None, "the runs have no gone")
    assert (value.unit, value.median, value.reached) == ("nats", 2.0, 3)
    assert ours(some) == "800 (700 to 900)"
    assert ours(none) == "not by step 1000"
    assert published(some) == "700 (W)"
    assert measure_milestones("linear", [made(0.0)]) == ()


def test_the_planted_runs_boundaries_are_found(planted_run: Run) -> None:
    under = reached(milestone(boundary="test loss under guessing"), Analysis(planted_run))
    assert under == pytest.approx(3100, abs=50)


def test_the_file_speaks_of_what_there_is() -> None:
    assert set(milestones()) <= set(SYSTEMS)
    names = {one.boundary for rows in milestones().values() for one in rows if one.boundary}
    assert names <= {"memorisation ends", "test loss under guessing", "test loss settles", "restricted loss falls fast"}


@pytest.mark.parametrize("system", milestones())
def test_a_value_is_asked_for_at_a_step_that_every_run_of_the_full_budget_trains(system: str) -> None:
    steps = min(job.experiment.training.steps for job in catalogue("full")[system].jobs())
    assert all(one.at <= steps for one in milestones()[system] if one.at is not None)


@pytest.mark.parametrize(
    "asked", [{}, {"column": "test_loss"}, {"below": 1.0}, {"column": "a", "below": 1.0, "peak": True}]
)
def test_a_milestone_is_one_thing(asked: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        milestone(**asked)
