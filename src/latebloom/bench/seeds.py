"""Training many seeds of a small model, in one process and by successive commands."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SEEDS = 8
STEPS = 2000
SMALL = {
    "--task.p": "31",
    "--model.d_model": "32",
    "--model.d_head": "8",
    "--model.d_mlp": "128",
    "--training.stop": "steps",
    "--training.steps": str(STEPS),
}


def seeds() -> dict[str, Any]:
    """Models per minute of x + y mod 31, width 32, `STEPS` steps each."""
    together = _seconds(lambda runs: _train(runs, "--seeds", f"0:{SEEDS}"))
    one_by_one = _seconds(_one_by_one)
    plain = _seconds(lambda runs: _train(runs, "--seed", "0", "--forward", "plain"))
    return {
        "seeds": SEEDS,
        "steps": STEPS,
        "models_per_minute": {
            "together": round(60 * SEEDS / together, 1),
            "one_by_one": round(60 * SEEDS / one_by_one, 1),
            "one_by_one_plain": round(60 / plain, 1),
        },
        "together_over_one_by_one": round(one_by_one / together, 2),
        "together_over_plain": round(SEEDS * plain / together, 2),
    }


def _one_by_one(runs: str) -> None:
    for seed in range(SEEDS):
        _train(runs, "--seed", str(seed))


def _seconds(work: Callable[[str], object]) -> float:
    with tempfile.TemporaryDirectory() as runs:
        start = time.perf_counter()
        work(runs)
        return time.perf_counter() - start


def _train(runs: str, *options: str) -> None:
    settings = [part for pair in SMALL.items() for part in pair]
    command = [sys.executable, "-m", "latebloom", "train", "small", "--quiet", "--runs", runs, *options, *settings]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=Path(runs))
