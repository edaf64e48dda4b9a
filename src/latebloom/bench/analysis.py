"""The time of every measure of one checkpoint, and of whole commands."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from latebloom.analysis import Analysis
from latebloom.bench.timing import in_turns, median
from latebloom.circuits import measure_snapshot
from latebloom.circuits.modular.views import grid
from latebloom.lab.measure import measure
from latebloom.measures import Snapshot, fixed_basis, measures_of
from latebloom.published import published
from latebloom.recipes import mainline
from latebloom.runs import train_run
from latebloom.runs.threads import single_threaded_torch

KEYS = [int(k) for k in published("mainline.key_frequencies").numbers]
"""The key frequencies of the published model; each one requires the computation of another loss."""


def time_analysis() -> dict[str, Any]:
    """Milliseconds for one checkpoint at p = 113, milliseconds per checkpoint of `measure`, seconds of commands."""
    with tempfile.TemporaryDirectory() as folder:
        run = train_run(mainline(0).model_copy(update=_short()), "a", folder)
        analysis = Analysis(run)
        with single_threaded_torch():
            alone = median(in_turns({"one": lambda: _one(analysis)}, rounds=2, each=5)["one"])
            parts = _parts(analysis)
        together = median(in_turns({"all": lambda: _one(analysis)}, rounds=2, each=5)["all"])
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


def _first(analysis: Analysis) -> Snapshot:
    return analysis.checkpoint(0, fixed_basis({"key_frequencies": KEYS}))


def _one(analysis: Analysis) -> None:
    measure_snapshot(_first(analysis))


@torch.no_grad()
def _parts(analysis: Analysis) -> dict[str, float]:
    """Milliseconds of the forward of a snapshot, and of each measure on it."""
    snapshot = _first(analysis)
    snapshot.get(grid)
    measures = measures_of(analysis.family.name)
    calls = {measure.name: lambda measure=measure: measure.compute(snapshot) for measure in measures}
    times = in_turns({"snapshot": lambda: _first(analysis).get(grid), **calls}, rounds=2, each=3)
    return {name: median(values) for name, values in times.items()}


def _process(*arguments: str) -> float:
    """Median seconds of a whole command, from the start of Python to its end."""

    def call() -> None:
        command = [sys.executable, "-m", "latebloom", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=Path(tempfile.gettempdir()))

    return round(median(in_turns({"call": call}, rounds=1, each=3)["call"]) / 1e3, 3)
