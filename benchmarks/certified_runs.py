"""What explanations prove: certificates of runs and files of weights, at the end, by their cost, and through training.

    python benchmarks/certified_runs.py RUN_OR_FILE … --out results/certificates/models.json

Each is stored under its name (--names, or its own) as soon as it is done, beside those that the file has already, so
the next call adds to it. Of a run, `--points` checkpoints are certified, evenly chosen.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

import latebloom as lb
from latebloom.circuits.certificates import Certificate
from latebloom.lab.certify import frontier
from latebloom.runs import open_run
from latebloom.runs.environment import versions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="+", type=Path, help="directories of runs, or files of weights")
    parser.add_argument("--names", nargs="+", help="names to store them by")
    parser.add_argument("--points", type=int, default=25, help="checkpoints of a run that are certified")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    names = options.names or [target.name for target in options.targets]
    for target, name in zip(options.targets, names, strict=True):
        stored = json.loads(options.out.read_text()) if options.out.exists() else {}
        stored[name] = {
            **(_of_run(target, options.points) if target.is_dir() else {}),
            **_at(target, None),
            "frontier": [_short(one) for one in frontier(target)],
            "date": datetime.now(UTC).date().isoformat(),
            "versions": versions(),
        }
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(stored, indent=1) + "\n")
        print(name, {key: stored[name][key] for key in ("accuracy", "accuracy_at_least", "share")}, flush=True)


def _of_run(target: Path, points: int) -> dict[str, Any]:
    """Seed and recipe of a run, and its course."""
    run = open_run(target)
    steps = run.checkpoints
    chosen = sorted({steps[i] for i in np.linspace(0, len(steps) - 1, points).round().astype(int)})
    return {
        "recipe": run.experiment.recipe,
        "seed": run.experiment.data.seed,
        "course": [{"step": step, **_at(target, step)} for step in chosen],
    }


def _at(target: Path, step: int | None) -> dict[str, Any]:
    """True accuracy, share of the logits' variance that the explanation gives, and the certificate."""
    explanation = lb.explain(target, step=step)
    of_logits = getattr(explanation, "logits", None)
    explained = of_logits.fve_cos_fit if of_logits is not None else getattr(explanation, "fve_characters", None)
    order = getattr(explanation, "p", None) or explanation.order
    return {
        "accuracy": explanation.accuracy,
        "explained": explained,
        "all_pairs": order**2,
        **_short(lb.certify(target, step=step)),
    }


def _short(one: Certificate) -> dict[str, Any]:
    return {
        "accuracy_at_least": one.accuracy_at_least,
        "share": one.flops / one.brute_force_flops,
        "share_of_exact": one.flops / one.exact_flops,
        "directions": one.directions,
        "from_explanation": one.explained,
        "pairs": one.pairs,
    }


if __name__ == "__main__":
    main()
