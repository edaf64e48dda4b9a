"""Worker processes: identical bits, killed workers, killed sweeps, and modules of the user."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from latebloom import _registry
from latebloom.runs import train_run
from latebloom.store import find_runs
from latebloom.sweeps.conduct import Conductor
from latebloom.sweeps.engine import Event, Reached
from latebloom.sweeps.failures import Failures
from latebloom.sweeps.grouping import Batch
from latebloom.sweeps.local import LocalEngine
from latebloom.sweeps.place import Folder
from latebloom.sweeps.tally import Tally
from latebloom.sweeps.train import train_sweep

SWEEPER = Path(__file__).with_name("sweeper.py")


class Deadly(LocalEngine):
    """Kills its worker once, at the first event."""

    killed = False

    def wait(self, seconds: float) -> list[Event]:
        events = super().wait(seconds)
        if not self.killed and any(isinstance(event, Reached) for event in events):
            self.killed = True
            os.kill(self._workers[0].process.pid, signal.SIGKILL)  # type: ignore[arg-type]
        return events


def test_a_killed_worker_is_replaced_and_its_runs_resume(jobs, bits, tmp_path: Path) -> None:
    planned = jobs([0, 1], steps=60)
    place = Folder(tmp_path / "sweep")
    tally = Tally(2, Counter(), {job.name: 60 for job in planned})
    with place.lock(), Deadly(place, 1) as engine:
        Conductor(place, engine, tally, Failures(place), lambda tally: None).conduct([Batch(tuple(planned))])
    assert engine.killed
    assert (tally.count("finished"), tally.left, tally.running) == (2, 0, {})
    for job in planned:
        alone = train_run(job.experiment, f"alone-{job.name}", tmp_path)
        assert bits(place.path / job.name) == bits(alone.path)


def test_a_sweep_killed_at_a_random_moment_loses_and_repeats_nothing(jobs, bits, tmp_path: Path) -> None:
    sweep = tmp_path / "sweep"
    process = subprocess.Popen([sys.executable, SWEEPER, sweep], stderr=subprocess.DEVNULL)
    while not find_runs(sweep):
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(random.uniform(0, 1.5))
    process.kill()
    process.wait()
    planned = jobs(range(4), steps=40)
    tally = train_sweep(Folder(sweep), planned, workers=1, quiet=True)
    assert (tally.count("finished"), tally.left) == (4, 0)
    assert sorted(run.path.name for run in find_runs(sweep)) == sorted(job.name for job in planned)
    for job in planned:
        alone = train_run(job.experiment, f"alone-{job.name}", tmp_path)
        assert bits(sweep / job.name) == bits(alone.path)


def test_workers_import_the_modules_that_the_user_named(jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "import os\nfrom pathlib import Path\nPath(f'imported-by-{os.getpid()}').touch()\n"
    (tmp_path / "lb_worker_module.py").write_text(module)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv(_registry.VARIABLE, "")
    _registry.import_module("lb_worker_module")
    tally = train_sweep(Folder(tmp_path / "sweep"), jobs([0], steps=2), workers=1, quiet=True)
    assert tally.count("finished") == 1
    pids = {file.name.rpartition("-")[2] for file in tmp_path.glob("imported-by-*")}
    assert len(pids) == 2
    assert str(os.getpid()) in pids


def test_a_sweep_removes_what_a_killed_coordinator_left(tmp_path: Path) -> None:
    left = tmp_path / ".sweep.json.abc.tmp"
    left.touch()
    with Folder(tmp_path).lock():
        assert not left.exists()


def test_a_script_that_trains_when_it_is_imported_gets_one_line(tmp_path: Path) -> None:
    guarded = SWEEPER.read_text()
    (tmp_path / "script.py").write_text(guarded.replace('if __name__ == "__main__":', "if True:"))
    command = [sys.executable, tmp_path / "script.py", tmp_path / "sweep"]
    ended = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("Traceback") == 1, "that of the script itself, none of its workers"
    assert 'under `if __name__ == "__main__":`' in ended.stderr.splitlines()[-1]
