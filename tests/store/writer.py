"""A tiny deterministic training that commits every step; tests start it as a process and kill it.

writer.py RUN UNTIL: goes on from the last commit to step UNTIL, printing a line after its first commit.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from latebloom.store import Manifest, RunDirectory, RunLock, append_rows, identity

RUN, UNTIL = RunDirectory(Path(sys.argv[1])), int(sys.argv[2])
BORN = datetime(2026, 1, 1, tzinfo=UTC)


def commit(step: int, weights: np.ndarray) -> None:
    RUN.write_checkpoint(step, {"w": weights.astype(np.float32)})
    row = {"step": step, "loss": float(weights.sum()), **({"late": 1.0} if step > 20 else {})}
    RUN.write_table("metrics", append_rows(RUN.read_table("metrics"), [row]))
    RUN.write_state(step, {"w": weights, "rng": np.full(16, step % 256, np.uint8)})
    RUN.write_manifest(
        Manifest(
            name="w", recipe="r", experiment={}, experiment_hash=identity({}), seed=0,
            status="finished" if step == UNTIL else "running", step=step, created=BORN, updated=BORN,
        )
    )  # fmt: skip


RUN.create()
with RunLock(RUN.path):
    RUN.clean()
    step, state = RUN.read_state() or (-1, {"w": np.linspace(0.1, 0.9, 2000)})
    RUN.drop_after(step)
    weights = state["w"]
    while step < UNTIL:
        step, weights = step + 1, 3.9 * weights * (1 - weights)  # chaotic, so that one wrong bit grows
        commit(step, weights)
        print(step, flush=True)
