"""Which test pairs a model gets right: those whose mirror (y, x) it was trained on, or the others too.

python dev/searches/mirrored_pairs.py RUN ... [--every N]

x + y and x² + xy + y² are the same for (x, y) and (y, x), and a transformer that reads both operands alike knows that
without knowing the rule. Prints accuracies by checkpoint: train set, test pairs with their mirror in it, and without.
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
    """(x, y): whether the highest logit of the checkpoint is right."""
    p = run.task.p
    answers = run.checkpoint(step).model(all_pairs(run.task), run.task.loss_positions)[:, 0].argmax(-1)
    x, y = np.indices((p, p))
    return answers.numpy().reshape(p, p) == run.task.answer(x, y)


def main() -> None:
    """Print a table for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--every", type=int, default=1, help="checkpoints from one to the next that is told")
    options = parser.parse_args()
    for path in options.runs:
        run = Run(path)
        train = np.asarray(Analysis(run).final.get(train_mask))
        sets = {"train": train, "mirrored": ~train & train.T, "others": ~train & ~train.T}
        sizes = ", ".join(f"{mask.sum()} {name}" for name, mask in sets.items())
        print(f"{path.name}: {run.task.name} on {run.experiment.data.fraction:.0%}: {sizes}")
        told = [*run.checkpoints[:: options.every], run.checkpoints[-1]]
        for step in dict.fromkeys(told):
            found = right(run, step)
            print(f"{step:>8}", *(f"{name} {found[mask].mean():.3f}" for name, mask in sets.items()), sep="  ")


if __name__ == "__main__":
    main()
