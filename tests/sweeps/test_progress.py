"""The progress lines of a sweep, and its end by an interrupt."""

import signal
from collections import Counter
from pathlib import Path

from latebloom.runs import JobResult
from latebloom.sweeps.conduct import Conductor
from latebloom.sweeps.engine import Event, Reached
from latebloom.sweeps.failures import Failures
from latebloom.sweeps.grouping import Batch
from latebloom.sweeps.place import Folder
from latebloom.sweeps.progress import line, watch_sweep
from latebloom.sweeps.tally import Tally


def test_counts_and_time_left() -> None:
    tally = Tally(4, Counter(finished=1), {"a": 100, "b": 100, "c": 100}, _since=-1e9)
    assert (tally.left, tally.done, tally.seconds_left) == (3, 0, None)
    tally.begin(["a", "b"])
    tally.reached("a", 50)
    assert tally.done == 0.5
    tally.end(JobResult("a", "finished", 100))
    tally.end(JobResult("b", "diverged", 10, "train loss is not finite at step 10"))
    assert (tally.left, tally.done, tally.count("finished"), tally.running) == (1, 2, 2, {})
    assert line(tally).startswith("2 finished, 0 running, 1 diverged, at most ")


def test_runs_that_diverge_do_not_hide_one_that_failed() -> None:
    tally = Tally(8, Counter(), {})
    for number in range(7):
        tally.end(JobResult(f"diverged-{number}", "diverged", 10, "not finite"))
    tally.end(JobResult("failed", "failed", 0, "no rights"))
    assert tally.failures == [("failed", "no rights")]
    assert tally.messages[0] == ("failed", "no rights")
    assert len(tally.messages) == 5


def test_plain_lines_where_there_is_no_terminal(capsys) -> None:
    tally = Tally(2, Counter(), {"a": 1, "b": 1})
    with watch_sweep(quiet=False) as view:
        view(tally)
        view(tally)
        tally.end(JobResult("a", "finished", 1))
        tally.end(JobResult("b", "failed", 0, "why"))
        view(tally)
    assert [text[:4] for text in capsys.readouterr().err.splitlines()] == ["0/2 ", "2/2 "]
    with watch_sweep(quiet=True) as view:
        view(tally)
    assert capsys.readouterr().err == ""


def test_an_interrupt_stops_the_runs_and_keeps_the_rest(jobs, inline, tmp_path: Path) -> None:
    place, planned = Folder(tmp_path), jobs(range(3))
    stopped = []

    class Interrupted(type(inline(place, [])[1])):
        """A run that ends when it is stopped, as in a worker."""

        def submit(self, batch: Batch) -> None:
            self.batch = batch
            signal.raise_signal(signal.SIGINT)
            self.events.append(Reached(batch.jobs[0].name, 5))

        def stop(self) -> None:
            stopped.append(True)

        def wait(self, seconds: float) -> list[Event]:
            if stopped:
                self.lose = lambda batch: True
                super().submit(self.batch)
            return list(super().wait(seconds))

    tally = Tally(3, Counter(), {job.name: 20 for job in planned})
    conductor = Conductor(place, Interrupted(place), tally, Failures(place), lambda tally: None)
    conductor.conduct([Batch((job,)) for job in planned])
    assert (tally.stopped, tally.left, tally.count("failed")) == ("interrupted", 3, 0)
    assert inline(place, planned)[0].count("finished") == 3
