"""Sweeps whose workers, coordinator, disk and Ray nodes fail at random: nothing may be lost, doubled or different.

    python benchmarks/chaos_sweep.py --minutes 60 --out benchmarks/results/chaos_sweep.json

Sweeps run one after another, by turns on two workers of this machine and on a Ray cluster of two nodes. Again and again
a random worker is killed or stopped for a while, a node of the cluster is killed and another added, or the coordinator
is killed and the same command started again, while each operation on the disk of any of them fails with a chance of 1
in 100 (input/output error, full, no rights). In the end the command runs once more without faults. Then every run must
be there once and have, byte by byte, the files of the same experiment trained alone, with nothing left over. The
command can be interrupted between two sweeps and goes on from the file of ``--out``.
"""

from __future__ import annotations

import os

os.environ |= {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}

import argparse
import importlib
import json
import platform
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from kill_resume import SMALL, start
from kill_sweep import contents, state

from latebloom.runs import train_run
from latebloom.runs.environment import git_commit
from latebloom.sweeps.expand import expand
from latebloom.sweeps.spec import make_spec

SETTINGS = [*SMALL, "--recording.checkpoints", "50", "--recording.metrics", "20", "--training.steps", "400"]
GRID = "optimiser.lr=1e-3,3e-3"
SEEDS = "0:12"
COMMAND = ["sweep", "small", *SETTINGS, "--grid", GRID, "--seeds", SEEDS, "--name", "sweep", "--quiet"]
FOLDER = Path(__file__).parent
COORDINATORS = 6
"""Of one sweep, before it is finished without faults."""
PATIENCE = 600.0
"""Seconds for a sweep without faults to end."""
STARTED = 150.0
"""Seconds for a Ray cluster to start. Where it does not, the sweep is trained here."""
STUCK = 180.0
"""Seconds without anything written after which a coordinator is killed, since its cluster has ended."""


def descendants(process: int) -> list[int]:
    """The processes that this one and its children started, as long as the one between is alive."""
    found: list[int] = []
    with suppress(OSError):
        for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def called(process: int, name: bytes) -> bool:
    """Whether the command line of a process has this in it."""
    try:
        return name in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


class Cluster:
    """The process of ``chaos_ray.py``, started when it is needed and again where it does not answer."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._address = ""

    @property
    def is_there(self) -> bool:
        """Whether the cluster has started and not ended."""
        return bool(self._address) and self._process is not None and self._process.poll() is None

    def address(self) -> str:
        """Of the cluster that is there; empty where none starts."""
        deadline = time.monotonic() + STARTED
        while not self.is_there and time.monotonic() < deadline:
            paths = [str(FOLDER), *filter(None, sys.path)]
            self._process = subprocess.Popen(
                [sys.executable, str(FOLDER / "chaos_ray.py")],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            self._address = self._answer()
        return self._address if self.is_there else ""

    def lose_node(self) -> bool:
        """Kill a node and wait until there is another; False where that took too long, and the cluster has ended."""
        if self._process is None or not self.is_there:
            return False
        assert self._process.stdin is not None
        try:
            self._process.stdin.write("lose\n")
            self._process.stdin.flush()
            return self._answer() == "lost"
        except OSError:
            return False

    def workers(self) -> list[int]:
        """The processes that train."""
        there = [] if self._process is None else descendants(self._process.pid)
        return [process for process in there if called(process, b"ray::_trained")]

    def close(self) -> None:
        """End the cluster and every process of it."""
        if self._process is not None:
            for process in [*descendants(self._process.pid), self._process.pid]:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self._process.wait()

    def _answer(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], PATIENCE)[0]:
            self.close()
            return ""
        return self._process.stdout.readline().strip()


@dataclass(frozen=True)
class Engine:
    """How sweeps are trained: options of the command, the workers of a coordinator, the events and their weights."""

    options: Callable[[], list[str]]
    workers: Callable[[int], list[int]]
    events: dict[str, int]


def engines(cluster: Cluster) -> dict[str, Engine]:
    """By name."""
    usual = {"worker killed": 6, "worker stopped": 2, "coordinator killed": 2}
    return {
        "local": Engine(
            lambda: ["--workers", "2"],
            lambda coordinator: [child for child in descendants(coordinator) if called(child, b"spawn_main")],
            usual,
        ),
        "ray": Engine(
            lambda: ["--engine", "ray", "--address", cluster.address()],
            lambda coordinator: cluster.workers(),
            usual | {"node lost": 3},
        ),
    }


def disturb(engine: Engine, cluster: Cluster, coordinator: int, chance: random.Random) -> str:
    """One event; its name."""
    event = chance.choices(list(engine.events), list(engine.events.values()))[0]
    if event == "coordinator killed":
        os.kill(coordinator, signal.SIGKILL)
        return event
    if event == "node lost":
        return event if cluster.lose_node() else "cluster started again"
    there = engine.workers(coordinator)
    if not there:
        return "no worker yet"
    worker = chance.choice(there)
    with suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL if event == "worker killed" else signal.SIGSTOP)
        if event == "worker stopped":
            time.sleep(chance.uniform(0.1, 1.5))
            os.kill(worker, signal.SIGCONT)
    return event


def newest(place: Path) -> float:
    """When anything in a sweep was last written."""
    times = [0.0]
    for file in place.rglob("*"):
        with suppress(OSError):
            times.append(file.stat().st_mtime)
    return max(times)


class Attempts:
    """The coordinators of one sweep, one after another."""

    def __init__(self, engine: Engine, cluster: Cluster, place: Path, chance: random.Random) -> None:
        self.engine, self.cluster, self.place, self.chance = engine, cluster, place, chance
        self.counts: Counter[str] = Counter()

    def disturbed(self, until: float, pause: float) -> None:
        """Run the sweep with failures, until it has finished or been started often, or until the time."""
        while time.monotonic() < until and self.counts["coordinators started"] < COORDINATORS:
            coordinator = start(self._command(), self.place, lambda: importlib.import_module("chaos_disk"))
            self.counts["coordinators started"] += 1
            if self._followed(coordinator, until, pause) == 0:
                return

    def finish(self) -> bool:
        """Run the sweep without failures; whether it ended with all runs finished."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            coordinator = start(self._command(), self.place)
            while (status := _ended(coordinator)) is None:
                if time.monotonic() > deadline:
                    os.kill(coordinator, signal.SIGKILL)
                    os.waitpid(coordinator, 0)
                    return False
                time.sleep(0.1)
            if status == 0:
                return True
            time.sleep(2)  # workers of the coordinator that was killed last may not have ended yet
        return False

    def _command(self) -> list[str]:
        return [*COMMAND, *self.engine.options()]

    def _followed(self, coordinator: int, until: float, pause: float) -> int:
        """Disturb the processes of a coordinator until it ends; its status."""
        last, since = newest(self.place), time.monotonic()
        while (status := _ended(coordinator)) is None:
            time.sleep(self.chance.uniform(0, pause))
            late, stuck = time.monotonic() > until, time.monotonic() > since + STUCK
            if newest(self.place) == last and not late and not stuck:
                continue  # new processes are still starting: failing before they write anything shows little
            last, since = newest(self.place), time.monotonic()
            with suppress(ProcessLookupError):
                if late or stuck:
                    os.kill(coordinator, signal.SIGKILL)
                    self.counts["coordinator stuck"] += stuck and not late
                else:
                    self.counts[disturb(self.engine, self.cluster, coordinator, self.chance)] += 1
        return status


def _ended(process: int) -> int | None:
    """The status of a process that has ended, and is then waited for; None while it runs."""
    found, status = os.waitpid(process, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


TOTALS = ("sweeps", "runs", "lost", "doubled_or_strange", "different")


def chaos(options: argparse.Namespace, cluster: Cluster, root: Path) -> dict[str, Any]:
    """Run sweeps for as long as asked, and write the figures after each."""
    chance = random.Random(options.seed)
    log = root / "faults"
    log.touch()
    os.environ["LATEBLOOM_CHAOS_LOG"] = str(log)
    jobs = expand(make_spec("small", [GRID], SEEDS, SETTINGS))
    alone = {job.name: contents(train_run(job.experiment, job.name, root / "alone").path) for job in jobs}
    chosen = {name: engine for name, engine in engines(cluster).items() if name in options.engines.split(",")}
    earlier = json.loads(options.out.read_text()) if options.out and options.out.exists() else {}
    before, begun = earlier.get("minutes", 0.0), time.monotonic()
    until = begun + 60 * (options.minutes - before)
    totals = Counter({name: earlier.get(name, 0) for name in TOTALS})
    stored = earlier.get("events", {})  # perhaps of engines that are not chosen now
    events = {name: Counter[str](stored.get(name, {})) for name in dict.fromkeys([*stored, *chosen])}
    disk, commits, commit = (
        Counter(earlier.get("faults_of_the_disk", {})),
        Counter[str](),
        git_commit() or "no checkout",
    )
    commits.update(earlier.get("commits", {}))
    result: dict[str, Any] = earlier
    while time.monotonic() < until:
        name = list(chosen)[totals["sweeps"] % len(chosen)]
        if name == "ray" and "local" in chosen and not cluster.address():
            name = "local"
        place = root / str(totals["sweeps"])
        place.mkdir()
        attempts = Attempts(chosen[name], cluster, place, chance)
        os.environ["LATEBLOOM_IMPORT"] = "chaos_disk"
        attempts.disturbed(until, options.pause)
        del os.environ["LATEBLOOM_IMPORT"]
        if not attempts.finish():
            raise SystemExit(f"the sweep in {place} does not finish without faults")
        totals.update({"sweeps": 1, "runs": len(jobs), **state(place, alone)})
        commits[commit] += 1
        events[name] += attempts.counts + Counter({"sweeps": 1})
        result = {
            "command": f"python benchmarks/chaos_sweep.py --minutes {options.minutes:g} --pause {options.pause:g}",
            "commits": dict(commits),
            "date": datetime.now(UTC).date().isoformat(),
            "machine": platform.platform(),
            "minutes": round(before + (time.monotonic() - begun) / 60, 1),
            **{name: totals[name] for name in TOTALS},
            "events": {engine: dict(sorted(counts.items())) for engine, counts in events.items()},
            "faults_of_the_disk": dict(sorted((disk + Counter(log.read_text().split())).items())),
        }
        print(json.dumps(result["events"]), {name: totals[name] for name in TOTALS}, flush=True)
        if options.out:
            options.out.write_text(json.dumps(result, indent=1) + "\n")
    return result


def main() -> int:
    """Run the sweeps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--pause", type=float, default=4, help="seconds between two events, at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engines", default="local,ray")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    options.out = None if options.out is None else options.out.absolute()
    torch.set_num_threads(1)
    cluster = Cluster()
    # Where a sweep does not end, its folder is kept to be looked at.
    folder = Path(tempfile.mkdtemp(prefix="latebloom-chaos-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        result = chaos(options, cluster, folder)
    finally:
        cluster.close()
    shutil.rmtree(folder)
    print(json.dumps(result, indent=1))
    return int(any(result[name] for name in ("lost", "doubled_or_strange", "different")))


if __name__ == "__main__":
    sys.exit(main())
