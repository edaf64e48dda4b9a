"""Sweeps whose workers, coordinator and disk fail at random: nothing may be lost, doubled or different.

    python benchmarks/chaos_sweep.py --minutes 60 --out benchmarks/results/chaos_sweep.json

A sweep runs with two workers. Again and again a random worker is killed or stopped for a while, or the coordinator is
killed and the same command started again, while each operation on the disk of any of them fails with a chance of 1 in
100 (input/output error, full, no rights). In the end the command runs once more without faults. Then every run must be
there once and have, byte by byte, the files of the same experiment trained alone, with nothing left over; and the next
sweep begins. Ray nodes that fail: ``sweep_ray.py``.
"""

from __future__ import annotations

import os

os.environ |= {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}

import argparse
import importlib
import json
import platform
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import torch
from kill_resume import SMALL, start
from kill_sweep import contents, state

from latebloom.runs import train_run
from latebloom.sweeps.expand import expand
from latebloom.sweeps.spec import make_spec

SETTINGS = [*SMALL, "--recording.checkpoints", "100", "--recording.metrics", "20", "--training.steps", "1000"]
GRID = "optimiser.lr=1e-3,3e-3"
SEEDS = "0:12"
COMMAND = [
    "sweep",
    "small",
    *SETTINGS,
    "--grid",
    GRID,
    "--seeds",
    SEEDS,
    "--workers",
    "2",
    "--name",
    "sweep",
    "--quiet",
]


def workers(coordinator: int) -> list[int]:
    """The worker processes of a sweep."""
    with suppress(OSError):
        children = Path(f"/proc/{coordinator}/task/{coordinator}/children").read_text().split()
        return [int(child) for child in children if _is_worker(child)]
    return []


def _is_worker(process: str) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def disturb(coordinator: int, chance: random.Random) -> str:
    """One event; its name."""
    event = chance.choices(["worker killed", "worker stopped", "coordinator killed"], [6, 2, 1])[0]
    if event == "coordinator killed":
        os.kill(coordinator, signal.SIGKILL)
        return event
    there = workers(coordinator)
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


def ended(process: int) -> bool:
    """Whether a process has ended; it is then waited for."""
    return os.waitpid(process, os.WNOHANG)[0] != 0


def chaotic(place: Path, until: float, pause: float, chance: random.Random) -> Counter[str]:
    """Run the sweep with failures until it has ended by itself, or until the time; what happened."""
    counts: Counter[str] = Counter()
    while time.monotonic() < until:
        coordinator = start(COMMAND, place, lambda: importlib.import_module("chaos_disk"))
        counts["coordinators started"] += 1
        last = newest(place)
        while not ended(coordinator):
            time.sleep(chance.uniform(0, pause))
            if newest(place) == last and time.monotonic() < until:
                continue  # new processes are still starting: failing before they write anything shows little
            last = newest(place)
            with suppress(ProcessLookupError):
                if time.monotonic() > until:
                    os.kill(coordinator, signal.SIGKILL)
                else:
                    counts[disturb(coordinator, chance)] += 1
        if counts["coordinators started"] >= 4:
            break
    return counts


def main() -> int:
    """Run sweeps for as long as asked, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--pause", type=float, default=4, help="seconds between two events, at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    chance, begun = random.Random(options.seed), time.monotonic()
    until = begun + 60 * options.minutes
    counts: Counter[str] = Counter()
    totals = Counter({"sweeps": 0, "runs": 0, "lost": 0, "doubled_or_strange": 0, "different": 0})
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        root = Path(folder)
        log = root / "faults"
        log.touch()
        jobs = expand(make_spec("small", [GRID], SEEDS, SETTINGS))
        alone = {job.name: contents(train_run(job.experiment, job.name, root / "alone").path) for job in jobs}
        while time.monotonic() < until:
            place = root / str(totals["sweeps"])
            place.mkdir()
            os.environ |= {"LATEBLOOM_IMPORT": "chaos_disk", "LATEBLOOM_CHAOS_LOG": str(log)}
            counts += chaotic(place, until, options.pause, chance)
            del os.environ["LATEBLOOM_IMPORT"]
            if os.waitpid(start(COMMAND, place), 0)[1] != 0:
                raise SystemExit("the sweep does not finish without faults")
            totals += Counter({"sweeps": 1, "runs": len(jobs), **state(place, alone)})
            print(dict(totals), dict(counts), flush=True)
        faults = Counter(log.read_text().split())
    result = {
        "command": f"python benchmarks/chaos_sweep.py --minutes {options.minutes:g} --pause {options.pause:g}",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": platform.platform(),
        "minutes": round((time.monotonic() - begun) / 60, 1),
        **{name: totals[name] for name in ("sweeps", "runs", "lost", "doubled_or_strange", "different")},
        "events": dict(sorted(counts.items())),
        "faults_of_the_disk": dict(sorted(faults.items())),
    }
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    return int(any(totals[name] for name in ("lost", "doubled_or_strange", "different")))


if __name__ == "__main__":
    sys.exit(main())
