"""Which test pairs does a model answer correctly: only those whose mirror (y, x) is in the train set, or others too?

python dev/searches/mirrored_pairs.py RUN ... [--every N]

x + y and x² + xy + y² are the same for (x, y) and (y, x). A transformer that treats both operands alike answers
mirrored pairs correctly without the rule. The script prints the accuracy of each checkpoint on the train set, on test
pairs whose mirror is in it, and on the other test pairs.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from latebloom.analysis import Analysis
from latebloom.circuits.modular import all_pairs
from latebloom.circuits.modular.views import train_mask
from latebloom.runs import Run


@torch.no_grad()
def right(run: Run, step: int) -> np.ndarray:
    """(x, y): whether the highest logit of the checkpoint is correct."""
    p = run.task.p
    answers = run.checkpoint(step).model(all_pairs(run.task), run.task.loss_positions)[:, 0].argmax(-1)
    x, y = np.indices((p, p))
    return answers.numpy().reshape(p, p) == run.task.answer(x, y)


def main() -> None:
    """Print a table for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--every", type=int, default=1, help="print every N-th checkpoint (default: 1)")
    options = parser.parse_args()
    for path in options.runs:
        run = Run(path)
        train = np.asarray(Analysis(run).final.get(train_mask))
        sets = {"train": train, "mirrored": ~train & train.T, "others": ~train & ~train.T}
        sizes = ", ".join(f"{mask.sum()} {name}" for name, mask in sets.items())
        print(f"{path.name}: {run.task.name} on {run.experiment.data.fraction:.0%}: {sizes}")
        steps = [*run.checkpoints[:: options.every], run.checkpoints[-1]]
        for step in dict.fromkeys(steps):
            correct = right(run, step)
            print(f"{step:>8}", *(f"{name} {correct[mask].mean():.3f}" for name, mask in sets.items()), sep="  ")


if __name__ == "__main__":
    main()
