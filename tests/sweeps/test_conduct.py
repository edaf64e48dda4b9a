"""Skip, continue and add runs; retry lost runs; record failures; no failure stops the other runs."""

from pathlib import Path

import pytest

from latebloom._errors import RunLockedError, UsageError
from latebloom.runs import JobResult, Run, train_run
from latebloom.store import RunDirectory, RunLock
from latebloom.sweeps.failures import read_failures
from latebloom.sweeps.place import Folder


def test_finished_runs_are_skipped_and_new_runs_are_added(jobs, inline, tmp_path: Path) -> None:
    tally, engine = inline(tmp_path, jobs([0, 1]))
    assert (tally.count("finished"), tally.left, len(engine.batches)) == (2, 0, 2)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("manifest.json")}
    tally, engine = inline(tmp_path, jobs([0, 1, 2]))
    assert (tally.over_before["finished"], tally.ended["finished"]) == (2, 1)
    assert [job.name for batch in engine.batches for job in batch.jobs] == [jobs([2])[0].name]
    assert {file: file.stat().st_mtime_ns for file in before} == before


def test_an_interrupted_run_resumes_bit_identically(jobs, inline, bits, tmp_path: Path) -> None:
    (job,) = jobs([3])

    def stop(record) -> None:
        if record.step >= 13:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_run(job.experiment, job.name, tmp_path / "sweep", observer=stop)
    assert Folder(tmp_path / "sweep").status(job.name) == "interrupted"
    inline(tmp_path / "sweep", [job])
    alone = train_run(job.experiment, "alone", tmp_path)
    assert bits(tmp_path / "sweep" / job.name) == bits(alone.path)


def test_a_lost_batch_is_retried_whole_and_then_run_by_run(jobs, inline, tmp_path: Path) -> None:
    planned = jobs(range(8))
    poison = planned[1].name
    tally, engine = inline(tmp_path, planned, lose=lambda batch: any(job.name == poison for job in batch.jobs))
    assert [(len(b.jobs), b.attempt) for b in engine.batches if planned[0] in b.jobs] == [(2, 1), (2, 2), (1, 3)]
    assert (tally.count("finished"), tally.count("failed"), tally.left) == (7, 1, 0)
    reason = "given up after 3 attempts: the worker process was killed by signal 9"
    assert read_failures(tmp_path)[poison].message == dict(tally.messages)[poison] == reason
    tally, _ = inline(tmp_path, planned)
    assert (tally.count("finished"), read_failures(tmp_path)) == (8, {})


def test_a_diverging_run_does_not_affect_others_and_is_not_retrained(jobs, inline, tmp_path: Path) -> None:
    planned = [*jobs([0]), *jobs([0], optimiser__lr=1e30), *jobs([1])]
    tally, _ = inline(tmp_path, planned)
    assert (tally.count("finished"), tally.count("diverged")) == (2, 1)
    assert "not finite at step" in dict(tally.messages)[planned[1].name]
    assert Run(tmp_path / planned[1].name).status == "diverged"
    assert inline(tmp_path, planned)[1].batches == []


def test_a_full_disk_ends_the_sweep_and_keeps_the_rest_for_later(jobs, inline, tmp_path: Path, monkeypatch) -> None:
    def full(self, jobs, observer) -> list[JobResult]:
        return [JobResult(job.name, "failed", 0, "disk full while writing x: free space", fatal=True) for job in jobs]

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "train", full)
        tally, engine = inline(tmp_path, jobs(range(8)))
    assert len(engine.batches) == 1
    assert (tally.count("failed"), tally.left, tally.stopped) == (2, 6, "disk full while writing x: free space")
    assert inline(tmp_path, jobs(range(8)))[0].count("finished") == 8


def test_an_error_of_no_single_run_is_a_lost_batch(jobs, inline, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(Folder, "train", lambda self, jobs, observer: 1 / 0)
    tally, _ = inline(tmp_path, jobs([0]))
    assert tally.messages[0][1] == "given up after 3 attempts: ZeroDivisionError: division by zero"


def test_a_second_sweep_or_a_run_at_the_place_is_an_error(jobs, inline, tmp_path: Path, tiny) -> None:
    with RunLock(tmp_path), pytest.raises(RunLockedError, match="is being written by process"):
        inline(tmp_path, jobs([0]))
    run = train_run(tiny(5), root=tmp_path)
    with pytest.raises(UsageError, match="holds a run, expected a sweep"):
        inline(run.path, jobs([0]))
    assert not RunDirectory(tmp_path / jobs([0])[0].name).exists()
