"""Trackers: they mirror every metric, and what fails in them neither stops nor changes a training."""

import sys

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.lab.train import train
from latebloom.trackers import TRACKERS, TrackerKind
from latebloom.trackers.mlflow import flat


class Fake:
    """Keeps what it is told; fails at the step it is told to."""

    def __init__(self, fails_at=None):
        self.told, self.ended, self.fails_at = [], None, fails_at

    def log(self, step, metrics):
        if step == self.fails_at:
            raise SystemExit("no network")
        self.told.append((step, dict(metrics)))
        metrics.clear()
        torch.manual_seed(0)

    def finish(self, succeeded):
        self.ended = succeeded


@pytest.fixture
def fake(monkeypatch):
    def use(tracker):
        kind = TrackerKind("fake", "fake-tracker", lambda tracked: tracker)
        monkeypatch.setitem(TRACKERS._things, "fake", kind)
        return tracker

    return use


def test_a_tracker_gets_every_metric_and_changes_no_bit(fake, tiny, tmp_path):
    alone = train(tiny(), "alone", tmp_path, quiet=True)
    tracker = fake(Fake())
    tracked = train(tiny(), "tracked", tmp_path, quiet=True, track="fake")
    assert (alone.status, alone.manifest.step) == ("finished", 40)
    assert [{"step": step, **metrics} for step, metrics in tracker.told] == alone.metrics.to_pylist()
    assert tracker.ended is True
    ours, theirs = alone.checkpoint().model.state_dict(), tracked.checkpoint().model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert tracked.metrics.equals(alone.metrics)


def test_a_tracker_that_fails_gives_one_warning_and_loses_nothing(fake, tiny, tmp_path):
    tracker = fake(Fake(fails_at=20))
    with pytest.warns(UserWarning, match="--track fake failed .SystemExit: no network.; training goes on") as caught:
        run = train(tiny(), "run", tmp_path, quiet=True, track="fake")
    assert len(caught) == 1
    assert run.status == "finished"
    assert run.metrics["step"].to_pylist()[-1] == 40
    assert [step for step, _ in tracker.told] == [0, 5, 10, 15]


@pytest.mark.parametrize("name", ["wandb", "trackio", "mlflow", "tensorboard"])
def test_a_missing_library_is_one_line_before_training(name, tiny, tmp_path, monkeypatch):
    for module in (name, "torch.utils.tensorboard"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=f"--track {name}: .* is not installed; install it with"):
        train(tiny(), "run", tmp_path, quiet=True, track=name)
    assert not (tmp_path / "run").exists()


def test_settings_are_flat_for_trackers_that_need_it():
    assert flat({"task": {"p": 7, "more": {"a": 1}}, "recipe": "x"}) == {"task.p": 7, "task.more.a": 1, "recipe": "x"}
