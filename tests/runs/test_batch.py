"""Several runs at once are the runs that they would be alone."""

import signal
from pathlib import Path

import torch

from latebloom.runs import Job, open_run, train_batch, train_run
from latebloom.runs.threads import single_threaded_torch
from latebloom.training import Optimiser


def jobs_of(*experiments) -> list[Job]:
    return [Job(experiment, f"run{number}") for number, experiment in enumerate(experiments)]


def same_weights(left, right) -> bool:
    step = left.checkpoints[-1]
    one, other = left.directory.read_checkpoint(step), right.directory.read_checkpoint(step)
    return left.checkpoints == right.checkpoints and all((one[name] == other[name]).all() for name in one)


def test_each_has_the_bits_it_has_alone(tiny, tmp_path: Path) -> None:
    jobs = jobs_of(tiny(30), tiny(30).with_seed(1), tiny(25).with_seed(2), tiny(30, forward="plain"))
    ended = []
    outcomes = train_batch(jobs, tmp_path / "many", ended=ended.append)
    assert [outcome.status for outcome in outcomes] == ["finished"] * 4
    assert sorted(outcome.name for outcome in ended) == [job.name for job in jobs]
    for job in jobs:
        with single_threaded_torch():
            alone = train_run(job.experiment, job.name, tmp_path / "alone")
        assert same_weights(open_run(job.name, tmp_path / "many"), alone)


def test_the_bits_do_not_depend_on_the_number_of_threads(tiny, tmp_path: Path) -> None:
    with single_threaded_torch():
        one = train_run(tiny(30), "one", tmp_path)
    assert torch.get_num_threads() >= 1
    assert same_weights(one, train_run(tiny(30), "all", tmp_path))


def test_one_that_diverges_or_cannot_be_written_leaves_the_others_alone(tiny, tmp_path: Path) -> None:
    wild = tiny(60).model_copy(update={"optimiser": Optimiser(name="sgd", lr=1e9, weight_decay=0, warmup=0)})
    (tmp_path / "run2").write_text("a file where a directory should be")
    outcomes = train_batch(jobs_of(tiny(20), wild, tiny(20)), tmp_path)
    assert [outcome.status for outcome in outcomes] == ["finished", "diverged", "failed"]
    assert "last good checkpoint" in outcomes[1].message
    assert outcomes[2].message


def test_ctrl_c_stops_all_and_the_same_call_goes_on(tiny, tmp_path: Path) -> None:
    jobs = jobs_of(*(tiny(40).with_seed(seed) for seed in range(3)))

    pressed = []

    def press(name: str, step: int) -> None:
        if step >= 10 and not pressed:
            pressed.append(step)
            signal.raise_signal(signal.SIGINT)

    outcomes = train_batch(jobs, tmp_path, press)
    assert "interrupted" in {outcome.status for outcome in outcomes}
    assert {outcome.status for outcome in train_batch(jobs, tmp_path)} == {"finished"}
    alone = train_run(jobs[0].experiment, "alone", tmp_path)
    assert same_weights(open_run("run0", tmp_path), alone)
