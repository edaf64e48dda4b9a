"""What stored records save: training to know how long runs take, and judging again what did not change."""

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from latebloom.claims import SYSTEMS, Record, Results
from latebloom.lab.reproduce import judge_published
from latebloom.lab.reproduce.past_times import PastTimes
from latebloom.runs import Job
from latebloom.store import identity
from latebloom.training import Experiment

HUNDRED = Experiment().with_settings({"training.steps": 100})


def record(experiment: Experiment, seconds: float | None) -> Record:
    stored = experiment.model_dump(mode="json")
    return Record(
        identity=identity(stored), run="a", experiment=stored, status="finished", step=experiment.training.steps,
        seconds=seconds, date=datetime.now(UTC), quantities={},
    )  # fmt: skip


def test_steps_take_as_long_as_those_of_stored_runs_of_their_kind() -> None:
    past = PastTimes([record(HUNDRED, seconds) for seconds in (5.0, 10.0, 90.0, None)])
    alike = HUNDRED.with_seed(7).with_settings({"optimiser.lr": 1e-2, "training.steps": 1000})
    other = HUNDRED.with_settings({"task.p": 31})
    assert past.seconds([Job(alike, "alike")]) == pytest.approx(100.0), "the median, 0.1 seconds a step"
    assert past.seconds([Job(alike, "alike"), Job(other, "other")]) == pytest.approx(110.0)
    assert past.seconds([Job(other, "other")]) is None
    assert past.seconds([Job(alike, "alike")], lambda job: 400) == pytest.approx(60.0), "what is trained takes no time"


def test_only_a_system_whose_records_changed_is_judged_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, judged = import_module("latebloom.lab.reproduce.reproduce"), []
    judge = module.judge_system
    monkeypatch.setattr(module, "catalogue", lambda budget: {})
    monkeypatch.setattr(module, "judge_system", lambda name, *rest: judged.append(name) or judge(name, *rest))
    results = Results(tmp_path / "quantities")
    work = module._Reproduction("quick", tmp_path, results, lambda line: None, False, judge_published(()))
    first = work.write()
    assert judged == list(SYSTEMS)
    assert work.write().claims == first.claims
    results.add("stream", [record(HUNDRED, 1.0)])
    work.write()
    assert judged[len(SYSTEMS) :] == ["stream"]
