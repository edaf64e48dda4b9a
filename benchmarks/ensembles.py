"""Models per minute of every recipe: seeds beside each other, one in each thread, against one after the other.

    python benchmarks/ensembles.py --out benchmarks/results/ensembles.json

"Beside" is what ``train --seeds`` does, "after" is one ``train`` after the other, each with all threads. Both take
turns; a model is as many steps as the recipe allows, extrapolated from the steps measured here. ``bits_equal``: whether
both end with the same bits. Recipes that the file has already are skipped; ``--again`` measures them anew.
"""

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch

from latebloom.bench import machine
from latebloom.bench.timing import in_turns, median
from latebloom.recipes import RECIPES
from latebloom.runs.threads import single_threaded_torch
from latebloom.training import Trainer

SECONDS = 0.2
"""What the steps of one seed take in one turn, about."""


def measured(name: str, seeds: int, rounds: int) -> dict[str, Any]:
    """Models per minute of one recipe, both ways, and whether the bits are the same."""
    experiment = RECIPES[name](0)
    after = [Trainer(experiment.with_seed(seed)) for seed in range(seeds)]
    with single_threaded_torch():
        beside = [Trainer(experiment.with_seed(seed), share=False) for seed in range(seeds)]
    first = after + beside
    for trainer in first:
        trainer.advance(1)  # compiles
    start = time.perf_counter()
    for trainer in first:
        trainer.advance(1)
    steps = max(1, round(SECONDS * len(first) / (time.perf_counter() - start)))

    def together() -> None:
        with single_threaded_torch(), ThreadPoolExecutor(seeds) as pool:
            list(pool.map(lambda trainer: trainer.advance(steps), beside))

    def one_by_one() -> None:
        for trainer in after:
            trainer.advance(steps)

    times = in_turns({"beside": together, "after": one_by_one}, rounds)
    minutes = {
        key: median(values) * experiment.training.steps / (steps * seeds * 60e3) for key, values in times.items()
    }
    equal = all(_same(left, right) for left, right in zip(after, beside))
    return {
        "recipe": name,
        "steps_of_a_model": experiment.training.steps,
        "steps_measured": beside[0].step,
        "models_per_minute": {key: float(f"{1 / value:.3g}") for key, value in minutes.items()},
        "beside_over_after": round(minutes["after"] / minutes["beside"], 2),
        "bits_equal": equal,
    }


def _same(left: Trainer, right: Trainer) -> bool:
    """Whether two trainings have the same bits."""
    one, other = left.state(), right.state()
    return left.step == right.step and all(torch.equal(value, other[key]) for key, value in one.items())


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", default=list(RECIPES), help="names of recipes (all)")
    parser.add_argument("--out", type=Path, required=True, help="file for the result")
    parser.add_argument("--again", action="store_true", help="measure recipes anew that the file has")
    parser.add_argument("--seeds", type=int, default=torch.get_num_threads(), help="seeds (one for each thread)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each way (5)")
    options = parser.parse_args(arguments)
    stored = json.loads(options.out.read_text()) if options.out.exists() else {}
    results = {row["recipe"]: row for row in stored.get("recipes", [])}
    for name in options.recipes:
        if name in results and not options.again:
            continue
        results[name] = measured(name, options.seeds, options.rounds)
        print(json.dumps(results[name]), flush=True)
        ordered = sorted(results.values(), key=lambda row: list(RECIPES).index(row["recipe"]))
        found = {"command": "python benchmarks/ensembles.py", "machine": machine(), "recipes": ordered}
        options.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
