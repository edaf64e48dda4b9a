"""Measure the runs of the search for the small recipe into results/small/seeds.json, and write the table of small.md.

python dev/searches/small.py runs/search-p59-lr2     measure the runs, write both files
python dev/searches/small.py                         only write the table, from the stored numbers
"""

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

import latebloom as lb
from latebloom.sweeps.spec import Spec

ROOT = Path(__file__).parents[2]
STORED = ROOT / "results" / "small" / "seeds.json"
PAGE = Path(__file__).with_suffix(".md")
BEGIN, END = "<!-- table -->\n", "<!-- end of the table -->\n"
RIGHT = 0.99
"""The accuracy of the definition of grokked (src/latebloom/phases/outcome.py)."""


def measured(path: Path) -> dict[str, Any]:
    """The numbers of every run of the sweep, in the order of the seeds."""
    runs = sorted(lb.load_sweep(path).runs, key=lambda run: run.manifest.seed)
    first = runs[0].manifest
    asked = json.loads((path / "sweep.json").read_text())["asked"]
    return {
        "command": [Spec.model_validate(spec).command() for spec in asked],
        "date": max(run.manifest.updated for run in runs).date().isoformat(),
        "versions": first.versions,
        "device": first.device,
        "git_commit": first.git_commit,
        "runs": [row(run) for run in runs],
    }


def row(run: lb.Run) -> dict[str, Any]:
    """Steps at which 99 % accuracy was reached, the least test accuracy after that, and the end."""
    metrics = run.metrics.to_pydict()
    train, test = (reached(metrics["step"], metrics[f"{name}_accuracy"]) for name in ("train", "test"))
    after = [a for step, a in zip(metrics["step"], metrics["test_accuracy"]) if test is not None and step >= test]
    return {
        "seed": run.manifest.seed,
        "run": run.path.name,
        "train_99": train,
        "test_99": test,
        "least_test_accuracy_after": min(after, default=None),
        "end": run.manifest.step,
        "stopped_because": run.manifest.stopped_because,
        "test_loss": metrics["test_loss"][-1],
        "seconds": round(run.manifest.seconds, 1),
    }


def reached(steps: list[int], accuracy: list[float]) -> int | None:
    return next((step for step, value in zip(steps, accuracy) if value >= RIGHT), None)


def table(stored: dict[str, Any]) -> str:
    """The numbers as Markdown: a summary and one row for each seed."""
    runs = stored["runs"]
    memorised_first = [r for r in runs if r["train_99"] and r["test_99"] and r["test_99"] >= 2 * r["train_99"]]
    test, end = ([r[name] for r in runs if r[name] is not None] for name in ("test_99", "end"))
    step = min(r["seconds"] / r["end"] for r in runs)
    versions = ", ".join(f"{name} {version}" for name, version in stored["versions"].items())
    device = ", ".join(f"{name} {value}" for name, value in stored["device"].items())
    lines = [
        *(f"    {command}" for command in stored["command"]),
        "",
        f"{stored['date']}; {versions}; {device}; commit {stored['git_commit'][:12]}.",
        "",
        f"- {len(test)} of {len(runs)} seeds reach 99 % test accuracy, at steps {min(test)} to {max(test)} "
        f"(median {median(test):g}).",
        f"- {len(memorised_first)} of {len(runs)} do so at twice the step of 99 % train accuracy or later.",
        f"- Training stops as settled at steps {min(end)} to {max(end)} (median {median(end):g}).",
        f"- The least disturbed run took {1000 * step:.1f} ms per step. At that rate 99 % is reached after "
        f"{min(test) * step:.0f} to {max(test) * step:.0f} s (median {median(test) * step:.0f}), and training stops "
        f"after {min(end) * step:.0f} to {max(end) * step:.0f} s (median {median(end) * step:.0f}).",
        "",
        "| seed | train 99 % at | test 99 % at | ratio | least test accuracy after that | stopped at | test loss "
        "| seconds |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['seed']} | {r['train_99']} | {r['test_99']} | {r['test_99'] / r['train_99']:.1f} "
        f"| {r['least_test_accuracy_after']:.1%} | {r['end']} | {r['test_loss']:.1g} | {r['seconds']:.0f} |"
        for r in runs
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    if len(sys.argv) > 1:
        STORED.parent.mkdir(parents=True, exist_ok=True)
        STORED.write_text(json.dumps(measured(Path(sys.argv[1])), indent=1) + "\n")
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    PAGE.write_text(before + BEGIN + table(json.loads(STORED.read_text())) + END + rest.split(END)[1])


if __name__ == "__main__":
    main()
