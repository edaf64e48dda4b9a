"""One training step: table forward against the plain ones, alternating in one process, medians.

python benchmarks/step.py --out benchmarks/results/step.json
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import torch

from latebloom.models import cross_entropy
from latebloom.recipes import mainline
from latebloom.training import Trainer


def step_of(trainer: Trainer, logits: Callable[[], torch.Tensor]) -> Callable[[], None]:
    """Gradient and update on the full batch, with logits computed in a given way."""
    labels = trainer.data.batch(0).labels

    def step() -> None:
        trainer.optimiser.zero_grad(set_to_none=True)
        cross_entropy(logits(), labels).backward()
        trainer.update()

    return step


def variants() -> dict[str, Callable[[], None]]:
    """The three ways, each with a model of its own."""
    trainers = [Trainer(mainline(0)) for _ in range(2)]
    tokens = trainers[0].data.batch(0).tokens
    fast = Trainer(mainline(0))

    def table() -> None:
        fast.gradient()
        fast.update()

    return {
        "plain, whole sequence": step_of(trainers[0], lambda: trainers[0].model(tokens)[:, -1:]),
        "plain, at = only": step_of(trainers[1], lambda: trainers[1].model(tokens, (2,))),
        "table forward": table,
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    steps = variants()
    times: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(options.rounds + 3):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            if number >= 3:  # the first rounds warm up
                times[name].append(1e3 * (time.perf_counter() - start))
    medians = {name: round(statistics.median(values), 1) for name, values in times.items()}
    result = {
        "command": "python benchmarks/step.py",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": platform.platform(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "rounds": options.rounds,
        "milliseconds_per_step": medians,
        "plain_over_table": round(medians["plain, whole sequence"] / medians["table forward"], 2),
    }
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
