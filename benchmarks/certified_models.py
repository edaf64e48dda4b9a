"""Whether any certificate is above the true accuracy, on thousands of random, planted, perturbed and adversarial
weights.

    python benchmarks/certified_models.py --models 10000 --out results/certificates/soundness.json

The weights are those of tests/circuits/certificates; each is tried in float32, and every fifth in float64 too. The
counts are written every 200 models, so that a run that is stopped leaves what it found.
"""

import argparse
import json
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "circuits" / "certificates"))

from test_certificate import accuracy, snapshot, weights  # noqa: E402

from latebloom.circuits.certificates import certify  # noqa: E402

EVERY = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first model")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    counts = {"models": 0, "in_float64_too": 0, "bound_above_accuracy": 0, "bound_above_0": 0, "bound_is_accuracy": 0}
    wrong: list[int] = []
    for number in range(options.first, options.first + options.models):
        model, task = weights(number)
        for dtype in (torch.float32, torch.float64) if number % 5 == 0 else (torch.float32,):
            true = accuracy(model.to(dtype), task)
            found = certify(snapshot(model, task), extra=number % 4).accuracy_at_least
            if found > true:
                wrong.append(number)
        counts["models"] += 1
        counts["in_float64_too"] += number % 5 == 0
        counts["bound_above_accuracy"] = len(set(wrong))
        counts["bound_above_0"] += found > 0
        counts["bound_is_accuracy"] += found == true
        if options.out is not None and (counts["models"] % EVERY == 0 or counts["models"] == options.models):
            result = {
                "command": f"python benchmarks/certified_models.py --first {options.first}",
                **counts,
                "wrong": wrong,
            }
            options.out.parent.mkdir(parents=True, exist_ok=True)
            options.out.write_text(json.dumps(result, indent=1) + "\n")
    print(counts)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
