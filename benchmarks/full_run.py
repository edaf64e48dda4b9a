"""Compare the whole mainline run through tables with the plain run and with other seeds.

latebloom train mainline --steps 40000 --recording.checkpoints 100 --name tables --runs RUNS   (timed: alone)
latebloom measure tables --runs RUNS
latebloom train mainline --steps 12744 --forward plain --name plain --runs RUNS
latebloom train mainline --seeds 1:3 --training.stop settled --name seeds --runs RUNS
python benchmarks/full_run.py RUNS --measure-seconds S --peak-megabytes M --out benchmarks/results/full_run.json
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from latebloom.bench import machine
from latebloom.runs import Run, open_run

COMPARED = 2000
"""Steps over which both losses are compared, logged at the same steps."""


def boundaries(run: Run) -> dict[str, float]:
    """Step of each change of phase."""
    return {boundary.name: boundary.step for boundary in run.phases.boundaries if boundary.name != "start"}


def losses(tables: Run, plain: Run) -> dict[str, Any]:
    """The difference between the losses of the same seed: largest |log ratio| up to each step, and the values there."""
    frames = [run.metrics.to_pandas().set_index("step") for run in (tables, plain)]
    common = frames[0].index.intersection(frames[1].index)
    common = common[common <= COMPARED]
    found: dict[str, Any] = {"steps": COMPARED, "logged_steps": len(common)}
    for name in ("train_loss", "test_loss"):
        left, right = (frame.loc[common, name].to_numpy() for frame in frames)
        ratio = np.abs(np.log(left / right))
        found[name] = {
            "largest_relative_difference": {
                str(step): float(np.expm1(ratio[common <= step].max())) for step in (50, 100, 500, 1000, COMPARED)
            },
            "at": {
                str(step): [float(left[common == step][0]), float(right[common == step][0])]
                for step in (100, 1000, COMPARED)
            },
        }
    return found


def main() -> None:
    """Read the runs and write the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--measure-seconds", type=float, required=True)
    parser.add_argument("--peak-megabytes", type=float, required=True)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    tables, plain = (open_run(name, options.runs) for name in ("tables", "plain"))
    others = [Run(path) for path in sorted((options.runs / "seeds").iterdir()) if (path / "manifest.json").exists()]
    last = tables.metrics.to_pandas().iloc[-1]
    result = {
        "command": "see the head of benchmarks/full_run.py",
        "machine": machine(),
        "steps": tables.manifest.step,
        "checkpoints": len(tables.checkpoints),
        "train_seconds": round(tables.manifest.seconds, 1),
        "measure_seconds": options.measure_seconds,
        "peak_megabytes": options.peak_megabytes,
        "plain_seconds_per_step": round(plain.manifest.seconds / plain.manifest.step, 4),
        "at_the_end": {name: float(last[name]) for name in ("train_loss", "test_loss", "test_accuracy")},
        "losses_beside_the_plain_run": losses(tables, plain),
        "phases": {
            "tables, seed 0": boundaries(tables),
            "plain, seed 0": boundaries(plain),
            **{f"tables, seed {run.manifest.seed}": boundaries(run) for run in others},
        },
    }
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
