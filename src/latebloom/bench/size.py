"""Memory of a training, and disk space of a run."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from latebloom.recipes import mainline

STEPS = 200
_PEAK = """
import sys
from latebloom.bench.memory import peak_megabytes
from latebloom.cli import main
main(sys.argv[1:])
print(peak_megabytes(), file=sys.stderr)
"""


def size() -> dict[str, Any]:
    """Peak memory in megabytes of the first steps of a mainline training, and the size of a whole run on disk."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--steps", str(STEPS), "--training.stop", "steps", "--name", "a", "--runs", folder, "--quiet"]
        command = [sys.executable, "-c", _PEAK, "train", "mainline", *options]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        run = Path(folder) / "a"
        checkpoint = next((run / "checkpoints").iterdir()).stat().st_size
        rest = sum(path.stat().st_size for path in run.iterdir() if path.is_file())
    recording, steps = mainline(0).recording, mainline(0).training.steps
    kept = sum(step in recording.checkpoints for step in range(steps + 1))
    return {
        "peak_megabytes": float(done.stderr.split()[-1]),
        "bytes_per_checkpoint": checkpoint,
        "checkpoints": kept,
        "megabytes_per_run": round((kept * checkpoint + rest) / 1e6, 1),
    }
