"""Starting from the last state of a finished run: the same bits as one training, and a source that stays as it is."""

import shutil
from pathlib import Path

import pytest

from latebloom._errors import DamagedFileError, UsageError
from latebloom.lab.train import train
from latebloom.runs import Run, start_from, train_run
from latebloom.store import RunDirectory
from latebloom.training import Recording


def content(run: Run) -> dict[str, bytes]:
    """All but what has times or process numbers in it."""
    found = [file for file in run.path.rglob("*") if file.is_file() and file.name not in ("manifest.json", ".lock")]
    return {str(file.relative_to(run.path)): file.read_bytes() for file in found}


def recorded(experiment, checkpoints: str, metrics: str):
    return experiment.model_copy(update={"recording": Recording(checkpoints=checkpoints, metrics=metrics)})


def changed(experiment, section: str, **fields):
    part = getattr(experiment, section).model_copy(update=fields)
    return experiment.model_copy(update={section: part})


def test_a_training_in_two_runs_has_the_bits_of_one(tiny, tmp_path: Path) -> None:
    first = train_run(tiny(25), "first", tmp_path)  # step 25 is recorded because it is the last
    before = content(first), first.directory.read_manifest()
    both = train(tiny(40), root=tmp_path, quiet=True, start="first")
    whole = train_run(tiny(40), "whole", tmp_path)
    assert both.path.name.endswith("-40")
    assert both.checkpoints == [0, 10, 20, 30, 40]
    assert content(both) == content(whole)
    assert (content(first), first.manifest) == before
    manifest = both.manifest
    assert manifest.run == whole.manifest.run
    assert manifest.created == first.manifest.created
    assert manifest.started_from.model_dump(include={"name", "step"}) == {"name": "first", "step": 25}
    assert manifest.started_from.experiment_hash == first.manifest.experiment_hash
    assert ("started from", "first at step 25") in both.rows()
    train(tiny(40), both.path.name, tmp_path, quiet=True, start=first)
    assert content(both) == content(whole), "the same call shows the run"


def test_it_may_record_fewer_steps_and_stop_otherwise(tiny, tmp_path: Path) -> None:
    first = train_run(recorded(tiny(20), "5", "1"), "first", tmp_path)
    sparse = changed(recorded(tiny(30), "10", "5"), "training", stop="settled")
    started = train(sparse, "both", tmp_path, quiet=True, start=first)
    assert content(started) == content(train_run(sparse, "whole", tmp_path))
    assert started.metrics["step"].to_pylist() == [0, 5, 10, 15, 20, 25, 30]


def test_a_copy_of_the_same_length_is_finished_as_the_source_was(tiny, tmp_path: Path) -> None:
    first = train_run(tiny(25), "first", tmp_path)
    copy = train(tiny(25), "copy", tmp_path, quiet=True, start=first)
    assert content(copy) == content(first)
    assert (copy.status, copy.manifest.stopped_because) == ("finished", "reached 25 steps")


def test_an_interrupted_copy_is_a_run_at_step_0_that_is_copied_anew(tiny, tmp_path: Path, monkeypatch) -> None:
    first = train_run(tiny(20), "first", tmp_path)
    write = RunDirectory.write_checkpoint

    def interrupted(self, step, *rest) -> None:
        if step == 20:
            raise KeyboardInterrupt
        write(self, step, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(RunDirectory, "write_checkpoint", interrupted)
        with pytest.raises(KeyboardInterrupt):
            start_from(first, tiny(40), "both", tmp_path)
    half = Run(tmp_path / "both")
    assert (half.status, half.manifest.step, half.directory.read_state()) == ("interrupted", 0, None)
    whole = content(train_run(tiny(40), "whole", tmp_path))
    shutil.copytree(half.path, tmp_path / "trained-anew")
    anew = train_run(tiny(40), "trained-anew", tmp_path)
    assert (content(anew), anew.manifest.started_from) == (whole, None)
    assert content(train(tiny(40), "both", tmp_path, quiet=True, start=first)) == whole


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e: e.with_seed(1), "model.seed 2, got 1"),
        (lambda e: changed(e, "optimiser", lr=0.5), "optimiser.lr"),
        (lambda e: changed(e, "training", steps=15), "expected at least 20"),
        (lambda e: recorded(e, "10", "2"), "recording.metrics: got '2'.* no metrics of step 2"),
        (lambda e: recorded(e, "4", "5"), "recording.checkpoints: got '4'.* no checkpoints of step 4"),
    ],
)
def test_what_does_not_pass_through_the_source_is_refused_in_one_line(tiny, tmp_path, change, message) -> None:
    first = train_run(tiny(20), "first", tmp_path)
    with pytest.raises(UsageError, match=message) as error:
        train(change(tiny(40)), "both", tmp_path, quiet=True, start=first)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "both").exists()


def test_a_run_that_would_have_stopped_earlier_is_refused(tiny, tmp_path: Path, monkeypatch) -> None:
    first = train_run(tiny(20), "first", tmp_path)

    class AtTen:
        def update(self, step: int, metrics: dict[str, float]) -> str | None:
            return "settled by step 10" if step >= 10 else None

    monkeypatch.setattr("latebloom.runs.start.stop_rule", lambda training: AtTen())
    with pytest.raises(UsageError, match="settled by step 10"):
        start_from(first, tiny(40), "both", tmp_path)


@pytest.mark.parametrize("status", ["interrupted", "diverged"])
def test_a_source_that_is_not_finished_is_refused(tiny, tmp_path: Path, status: str) -> None:
    first = train_run(tiny(20), "first", tmp_path)
    first.directory.write_manifest(first.manifest.model_copy(update={"status": status}))
    with pytest.raises(UsageError, match=f"status is {status}; expected a finished run"):
        start_from(first, tiny(40), "both", tmp_path)


def test_a_source_without_a_state_and_the_run_itself_are_refused(tiny, tmp_path: Path) -> None:
    first = train_run(tiny(20), "first", tmp_path)
    with pytest.raises(UsageError, match="the run itself"):
        start_from(first, tiny(40), "first", tmp_path)
    (first.path / "state.safetensors").unlink()
    with pytest.raises(DamagedFileError, match="state"):
        start_from(first, tiny(40), "both", tmp_path)


def test_a_run_that_lost_its_state_is_refused_and_keeps_what_it_has(tiny, tmp_path: Path) -> None:
    first, both = (train_run(tiny(steps), name, tmp_path) for steps, name in ((20, "first"), (40, "both")))
    (both.path / "state.safetensors").unlink()
    before = content(both)
    with pytest.raises(DamagedFileError, match="without its state"):
        train(tiny(40), "both", tmp_path, quiet=True, start=first)
    assert content(both) == before
