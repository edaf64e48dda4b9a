"""Runs of one system that are the beginning of another's."""

from collections import Counter
from pathlib import Path

import pytest

from latebloom.claims import Results
from latebloom.lab.reproduce.beginnings import Beginnings
from latebloom.lab.reproduce.catalogue import Entry
from latebloom.lab.reproduce.train import SystemRuns
from latebloom.runs import Run, train_batch, train_run
from latebloom.sweeps.expand import expand
from latebloom.sweeps.spec import Spec
from latebloom.sweeps.tally import Tally


def spec(steps: int, recorded: str, *settings: str) -> Spec:
    """A sweep of one run."""
    tiny = ("--task.length", "5", "--data.test_size", "50", "--training.batch_size", "16")
    more = ("--training.steps", str(steps), "--recording.checkpoints", recorded, "--recording.metrics", recorded)
    return Spec(recipe="skip_trigrams", seeds=(0,), settings=(*tiny, *more, *settings))


@pytest.fixture
def trained(tmp_path: Path):
    def train(folder: str, *arguments) -> Run:
        (job,) = expand(spec(*arguments))
        return train_run(job.experiment, job.name, tmp_path / folder)

    return train


def test_the_beginning_is_the_furthest_finished_run_of_the_same_course(trained, tmp_path: Path) -> None:
    one, two = trained("reproduce/one", 10, "5"), trained("studies/two", 20, "5")
    trained("reproduce/other-rate", 30, "5", "--optimiser.lr", "0.5")
    trained("reproduce/sparse", 30, "15")
    unfinished = trained("reproduce/unfinished", 35, "5")
    unfinished.directory.write_manifest(unfinished.manifest.model_copy(update={"status": "interrupted"}))
    (tmp_path / "reproduce" / "broken" / one.path.name).mkdir(parents=True)
    (tmp_path / "reproduce" / "broken" / one.path.name / "manifest.json").write_text("{")
    found = {steps: Beginnings(tmp_path).of(expand(spec(steps, "10"))[0].experiment) for steps in (40, 20, 15, 5)}
    assert found == {40: two, 20: two, 15: one, 5: None}


def test_a_system_starts_from_the_run_of_another_one(trained, tmp_path: Path, monkeypatch) -> None:
    def in_this_process(place, jobs, workers, quiet, on_end) -> Tally:
        for result in train_batch(jobs, place.path):
            on_end(result)
        return Tally(len(jobs), Counter(), {})

    monkeypatch.setattr("latebloom.lab.reproduce.train.train_sweep", in_this_process)
    source, said = trained("reproduce/one", 10, "5"), []
    entry = Entry("analytic", (spec(20, "10"),), measured=False, figures=(), by=())
    longer = SystemRuns.of(entry, tmp_path / "studies" / "longer", Results(tmp_path / "records"), said.append)
    longer.train(1, quiet=True)
    (job,), (record,) = longer.jobs, longer.records()
    assert said[0] == f"analytic: {job.name} starts from {source.path}, at step 10 of 20"
    assert (record.status, record.step, record.created) == ("finished", 20, source.manifest.created)
    assert Run(longer.folder / job.name).checkpoints == [0, 10, 20]
