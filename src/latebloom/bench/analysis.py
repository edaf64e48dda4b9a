"""The time of every measure of one checkpoint, and of whole commands."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from latebloom.bench.timing import in_turns, median
from latebloom.lab.measure import measure, snapshot
from latebloom.measures import MODULAR, measure_snapshot
from latebloom.models import Examples
from latebloom.published import published
from latebloom.recipes import mainline
from latebloom.runs import Run, train_run
from latebloom.runs.threads import one_thread
from latebloom.training import DataSource

KEYS = [int(k) for k in published("mainline.key_frequencies").numbers]
"""Those of the published model: each key frequency costs a loss of its own."""


def analysis() -> dict[str, Any]:
    """Milliseconds for one checkpoint at p = 113, milliseconds per checkpoint of `measure`, seconds of commands."""
    with tempfile.TemporaryDirectory() as folder:
        run = train_run(mainline(0).model_copy(update=_short()), "a", folder)
        source = DataSource(run.experiment)
        sets = {name: part for name, part in (("train", source.train), ("test", source.test)) if part is not None}
        with one_thread():
            alone = median(in_turns({"one": lambda: _one(run, sets)}, rounds=2, each=5)["one"])
            parts = _parts(run, sets)
        together = median(in_turns({"all": lambda: _one(run, sets)}, rounds=2, each=5)["all"])
        start = time.perf_counter()
        measure(run)
        whole = 1e3 * (time.perf_counter() - start) / len(run.checkpoints)
        return {
            "milliseconds_per_checkpoint": {"one_thread": alone, "all_threads": together, "measure": round(whole, 1)},
            "milliseconds_of_each_on_one_thread": parts,
            "threads": torch.get_num_threads(),
            "seconds_of_processes": {
                "explain": _process("explain", str(run.path), "--json"),
                "help": _process("--help"),
            },
        }


def _short() -> dict[str, Any]:
    base = mainline(0)
    return {
        "training": base.training.model_copy(update={"steps": 40, "stop": "steps"}),
        "recording": base.recording.model_validate({"checkpoints": "1", "metrics": "20"}),
    }


def _one(run: Run, sets: dict[str, Examples]) -> None:
    measure_snapshot(snapshot(run, 0, KEYS, sets))


@torch.no_grad()
def _parts(run: Run, sets: dict[str, Examples]) -> dict[str, float]:
    """Milliseconds of the forward of a snapshot, and of each measure on it."""
    shot = snapshot(run, 0, KEYS, sets)
    calls = {measured.__name__: lambda measured=measured: measured(shot) for measured in MODULAR}
    times = in_turns({"snapshot": lambda: snapshot(run, 0, KEYS, sets), **calls}, rounds=2, each=3)
    return {name: median(values) for name, values in times.items()}


def _process(*arguments: str) -> float:
    """Median seconds of a whole command, from the start of Python to its end."""

    def call() -> None:
        command = [sys.executable, "-m", "latebloom", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=Path(tempfile.gettempdir()))

    return round(median(in_turns({"call": call}, rounds=1, each=3)["call"]) / 1e3, 3)
