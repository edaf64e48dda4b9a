"""The estimator of local learning coefficients on losses whose coefficient is known in closed form.

    python benchmarks/llc_calibration.py --out results/llc/calibration.json

Each row has the closed form, its multiplicity, and the estimate with its interval and diagnostics. n is so large that
the closed form, which is its limit, is near; a multiplicity m > 1 lowers the estimate by an amount of order (m - 1) /
ln nβ.
"""

import argparse
import json
from math import log
from pathlib import Path

from latebloom.circuits.llc import Known, Sampling, deep_linear, estimate, normal_crossing, quadratic

N = 10**6
SAMPLING = {"gamma": 1.0, "burn_in": 3000, "draws": 12000}


def cases() -> dict[str, tuple[Known, float]]:
    """The losses by what they are, with the strength of the pull."""
    regular = {f"quadratic, {d} of {d + 5} directions": quadratic([1.0] * d + [0.0] * 5) for d in (5, 20, 60)}
    networks = {
        f"{'reduced-rank regression' if len(sizes) == 3 else 'deep linear network'} {sizes}, rank {rank}": deep_linear(
            sizes, rank
        )
        for sizes, rank in (
            ((3, 2, 4), 1),
            ((5, 3, 4), 1),
            ((6, 3, 5), 2),
            ((4, 1, 4), 1),
            ((3, 3, 3), 2),
            ((2, 2, 2, 2), 1),
            ((4, 2, 2, 4), 2),
        )
    }
    crossings = {f"normal crossing, powers {2 * a} and {2 * b}": normal_crossing((a, b)) for a, b in ((1, 1), (1, 2))}
    return {name: (known, 1.0) for name, known in (regular | networks | crossings).items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows = []
    for name, (known, gamma) in cases().items():
        found = estimate(known.loss, known.centre, N, Sampling(**(SAMPLING | {"gamma": gamma})))
        row = {"loss": name, "coefficient": known.coefficient, "multiplicity": known.multiplicity}
        row |= {"weights": found.weights, "estimate": found.model_dump(mode="json")}
        covered = found.value is not None and found.low <= known.coefficient <= found.high
        rows.append(row | {"covered": covered})
        print(name, known.coefficient, known.multiplicity, found.value, found.low, found.high, found.reason, flush=True)
    result = {
        "command": "python benchmarks/llc_calibration.py",
        "n": N,
        "n_beta": N / log(N),
        "sampling": SAMPLING,
        "rows": rows,
    }
    if options.out is not None:
        options.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
