"""Kill sweeps at random moments (SIGKILL), start them again, and compare names and bits with runs trained alone.

    python benchmarks/kill_sweep.py --sweeps 20 --out benchmarks/results/kill_sweep.json

Each sweep runs the command line in a process of its own with two workers. It is killed once, at a random moment between
the start of its first run and its end, and the same command is run again. No run may be lost or duplicated, and every
file except the manifest must equal, byte by byte, that of the same experiment trained alone on 1 thread.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as in a worker: the number of threads is part of a run's bits

import argparse
import json
import platform
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import torch

from latebloom.runs import train_run
from latebloom.store import effective_status, find_runs
from latebloom.sweeps.expand import expand
from latebloom.sweeps.spec import make_spec

MODEL = ["--task.p", "7", "--model.d_model", "16", "--model.d_head", "4", "--model.d_mlp", "16"]
RECORD = ["--training.stop", "steps", "--recording.checkpoints", "50"]
GRID = "optimiser.lr=1e-3,3e-3"


def sweep(root: Path, settings: list[str], seeds: str, kill_after: float | None = None) -> float | None:
    """Run the sweep: seconds from its first run to its end, or None if it was killed after ``kill_after`` seconds."""
    command = [sys.executable, "-m", "latebloom", "sweep", "small", *settings, "--grid", GRID, "--seeds", seeds]
    command += ["--workers", "2", "--runs", str(root), "--name", "sweep", "--quiet"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None and not find_runs(root / "sweep"):
        time.sleep(0.02)
    start = time.monotonic()
    try:
        status = process.wait(kill_after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None
    if status != 0:
        raise SystemExit(f"exit status {status}")
    return time.monotonic() - start


def contents(run: Path) -> dict[str, bytes]:
    """Every file of a run except the manifest, which has times, and the lock, which has a process number."""
    files = [file for file in run.rglob("*") if file.is_file() and file.name not in ("manifest.json", ".lock")]
    return {str(file.relative_to(run)): file.read_bytes() for file in files}


def state(root: Path, expected: dict[str, dict[str, bytes]]) -> dict[str, int]:
    """The differences between the finished sweep and the expected runs."""
    found = {run.path.name: run for run in find_runs(root / "sweep")}
    finished = {name for name, run in found.items() if effective_status(run) == "finished"}
    return {
        "lost": len(expected.keys() - finished),
        "doubled_or_strange": len(found.keys() - expected.keys()),
        "different": sum(contents(found[name].path) != expected[name] for name in finished & expected.keys()),
    }


def main() -> None:
    """Run the comparison and write its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sweeps", type=int, default=20)
    parser.add_argument("--seeds", default="0:12")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments of killing")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    chance = random.Random(options.seed)
    settings = [*MODEL, *RECORD, "--training.steps", str(options.steps)]
    jobs = expand(make_spec("small", [GRID], options.seeds, settings))
    totals = {"killed": 0, "runs_finished_when_killed": 0, "lost": 0, "doubled_or_strange": 0, "different": 0}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        alone = {job.name: contents(train_run(job.experiment, job.name, root / "alone").path) for job in jobs}
        whole = sweep(root / "whole", settings, options.seeds)
        assert whole is not None
        for number in range(options.sweeps):
            place, longest = root / str(number), whole
            while sweep(place, settings, options.seeds, chance.random() * longest) is not None:
                place, longest = (
                    place.with_name(f"{place.name}-again"),
                    longest * 0.8,
                )  # it ended first and proves nothing
            totals["killed"] += 1
            there = sum(effective_status(run) == "finished" for run in find_runs(place / "sweep"))
            totals["runs_finished_when_killed"] += there
            sweep(place, settings, options.seeds)
            found = state(place, alone)
            totals |= {name: totals[name] + count for name, count in found.items()}
            print(f"sweep {number}: killed with {there} of {len(jobs)} runs finished; {found}", flush=True)
    result = {
        "command": f"python benchmarks/kill_sweep.py --sweeps {options.sweeps} --seeds {options.seeds} "
        f"--steps {options.steps}",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": platform.platform(),
        "sweeps": options.sweeps,
        "runs_each": len(jobs),
        "seconds_unkilled": round(whole, 1),
        **totals,
    }
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n")
    raise SystemExit(int(any(totals[name] for name in ("lost", "doubled_or_strange", "different"))))


if __name__ == "__main__":
    main()
