"""The cost of a sweep: many small runs one by one, with one worker and with two; and the coordinator of 1000 runs.

    python benchmarks/sweep.py --out benchmarks/results/sweep.json

Every run is small (x + y mod 7, a model of width 16), so that the time is that of the sweep and not of the training.
For the coordinator: processor seconds and growth of peak memory of this process, which trains nothing itself.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as in a worker

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from latebloom.runs import Job, train_run
from latebloom.sweeps.expand import expand
from latebloom.sweeps.place import Folder
from latebloom.sweeps.spec import Spec
from latebloom.sweeps.train import train_sweep

COMMANDS = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
"""The environment of separate commands, which may use both cores."""

SETTINGS = {
    "--task.p": "7",
    "--model.d_model": "16",
    "--model.d_head": "4",
    "--model.d_mlp": "32",
    "--training.stop": "steps",
    "--recording.checkpoints": "1000",
}


def jobs(count: int, steps: int) -> list[Job]:
    """``count`` runs of ``steps`` steps, with two learning rates."""
    settings = tuple(part for pair in SETTINGS.items() for part in pair)
    spec = Spec(
        recipe="small",
        seeds=tuple(range(count // 2)),
        grid={"optimiser.lr": ("1e-3", "3e-3")},
        settings=(*settings, "--training.steps", str(steps)),
    )
    return expand(spec)


def timed(work: Callable[[Path], Any]) -> float:
    """Wall seconds of the work in a fresh directory."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        work(Path(folder))
        return round(time.perf_counter() - start, 2)


def one_by_one(planned: list[Job], folder: Path) -> None:
    """The loop that a sweep replaces."""
    for job in planned:
        train_run(job.experiment, job.name, folder)


def separate_commands(count: int, steps: int, folder: Path) -> None:
    """The alternative to a sweep: one command after another."""
    settings = [part for pair in SETTINGS.items() for part in pair]
    for seed in range(count):
        command = [sys.executable, "-m", "latebloom", "train", "small", "--seed", str(seed), *settings]
        subprocess.run([*command, "--steps", str(steps), "--runs", str(folder), "--quiet"], check=True, env=COMMANDS)


def coordinator(count: int) -> dict[str, float | int]:
    """Processor time and memory of the coordinator for ``count`` runs of five steps."""
    planned = jobs(count, 5)
    memory, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    wall = timed(lambda folder: train_sweep(Folder(folder), planned, quiet=True))
    seconds = time.process_time() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    return {
        "runs": count,
        "wall_seconds": wall,
        "coordinator_milliseconds_per_run": round(1000 * seconds / count, 3),
        "coordinator_kilobytes_per_run": round(grown / count, 2),
    }


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--commands", type=int, default=8, help="runs trained by separate commands")
    parser.add_argument("--sizes", default="250,1000", help="runs in the sweeps that measure the coordinator")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    planned = jobs(options.runs, options.steps)
    timed(lambda folder: one_by_one(planned[:1], folder))  # load and compile before the measurements
    result: dict[str, Any] = {
        "command": f"python benchmarks/sweep.py --runs {options.runs} --steps {options.steps} --sizes {options.sizes}",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "runs": options.runs,
        "steps": options.steps,
        "seconds_one_by_one": timed(lambda folder: one_by_one(planned, folder)),
    }
    for workers in (1, 2):
        sweep = timed(lambda folder, n=workers: train_sweep(Folder(folder), planned, workers=n, quiet=True))
        result[f"seconds_{workers}_workers"] = sweep
    result["seconds_a_run_by_separate_commands"] = (
        timed(lambda folder: separate_commands(options.commands, options.steps, folder)) / options.commands
    )
    result["runs_an_hour"] = {
        "one by one": round(3600 * options.runs / result["seconds_one_by_one"]),
        "separate commands": round(3600 / result["seconds_a_run_by_separate_commands"]),
        "sweep, 1 worker": round(3600 * options.runs / result["seconds_1_workers"]),
        "sweep, 2 workers": round(3600 * options.runs / result["seconds_2_workers"]),
    }
    result["scaling_from_1_to_2_workers"] = round(result["seconds_1_workers"] / result["seconds_2_workers"], 2)
    result["coordinator"] = [coordinator(int(size)) for size in options.sizes.split(",")]
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
