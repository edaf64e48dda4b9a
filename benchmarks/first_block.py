"""Time training steps with and without look-up of the first block's queries, keys and values, and plain steps.

    python benchmarks/first_block.py --out benchmarks/results/first_block.json

Each uses one thread, as in a sweep. The variants take turns in one process. Results are median milliseconds.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from latebloom.bench import machine
from latebloom.bench.timing import in_turns, median
from latebloom.recipes import addition_5, addition_15, skip_trigrams, skip_trigrams_limited
from latebloom.training import Experiment, Trainer

RECIPES = (addition_5, addition_15, skip_trigrams, skip_trigrams_limited)


def step(experiment: Experiment, looked_up: bool = True) -> Callable[[], bool]:
    """One update."""
    trainer = Trainer(experiment, share=False)

    def without() -> bool:
        with patch("latebloom.models.transformer.rows_repeat", lambda tokens, d_vocab: False):
            return trainer.advance(1)

    return (lambda: trainer.advance(1)) if looked_up else without


def timed(recipe: Callable[[], Experiment], rounds: int) -> dict[str, Any]:
    """Medians of one recipe's step, and how many times faster it is than the two others."""
    experiment = recipe()
    plain = experiment.model_copy(update={"training": experiment.training.model_copy(update={"forward": "plain"})})
    variants = {"looked_up": step(experiment), "without": step(experiment, looked_up=False), "plain": step(plain)}
    found = {name: median(times) for name, times in in_turns(variants, rounds, each=3).items()}
    over = {f"{name}_over_looked_up": round(found[name] / found["looked_up"], 2) for name in ("without", "plain")}
    return {"recipe": experiment.recipe, **found, **over}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="file for the result")
    parser.add_argument("--rounds", type=int, default=10, help="turns of each variant, three steps each (10)")
    arguments = parser.parse_args()
    result = {"machine": machine(), "milliseconds": [timed(recipe, arguments.rounds) for recipe in RECIPES]}
    arguments.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result["milliseconds"], indent=1))


if __name__ == "__main__":
    main()
