"""The local learning coefficient of each part of a model, at some checkpoints of a run.

python benchmarks/llc_parts.py RUN --steps 600 3000 --out results/llc/parts.json
"""

import argparse
import json
from pathlib import Path

import latebloom as lb
from latebloom.circuits.llc import parts_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run")
    parser.add_argument("--steps", type=int, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    run = lb.open_run(options.run)
    estimates = []
    for step in options.steps:
        for part in (None, *parts_of(run.checkpoint(step).model)):
            found = lb.llc(run, step, part)
            estimates.append({"step": step, "part": part, **found.model_dump(mode="json")})
            print(json.dumps(estimates[-1]), flush=True)
    result = {
        "command": f"python benchmarks/llc_parts.py RUN --steps {' '.join(map(str, options.steps))}",
        "p": run.experiment.task.p,
        "seed": run.manifest.seed,
        "experiment": run.manifest.experiment,
        "versions": run.manifest.versions,
        "estimates": estimates,
    }
    options.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
