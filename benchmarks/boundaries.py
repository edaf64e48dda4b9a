"""How far the boundaries of phases move when a record is cut, doubled or thinned, in units of their intervals.

    python benchmarks/boundaries.py runs/demo runs/reproduce/mainline --out benchmarks/results/boundaries.json

Each place is a run, or a directory of runs, of which those count whose test loss settles. A record is cut at multiples
of the steps that this takes, from 1.1 times; doubled: a record is compared with its first half, where that reaches as
far; thinned: every second, third or fifth record is kept. A boundary has moved by the distance of the two answers,
in units of the wider of their intervals; it is lost where the changed record does not have it. The boundaries of
progress measures are left out, since few runs record them. Takes a second a run.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from latebloom.bench import machine
from latebloom.phases import BOUNDARIES, SETTLES, Boundary, Phases, Series
from latebloom.runs import Run
from latebloom.runs.outcome import phases_of_experiment

CUTS = (1.1, 1.2, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0)
KEPT = (2, 3, 5)

Record = Mapping[str, Series]
Moves = dict[str, dict[str, list[float | None]]]


def changed(record: Record, settled: float) -> Iterator[tuple[str, Record]]:
    """The kind of each change, and the record after it."""
    last = max(float(series.step[-1]) for series in record.values() if len(series))
    for end in (share * settled for share in CUTS):
        if end < last:
            yield "cut", _until(record, end)
    if last / 2 > CUTS[0] * settled:
        yield "doubled", _until(record, last / 2)
    for kept in KEPT:
        yield "thinned", {name: Series(one.step[::kept], one.value[::kept]) for name, one in record.items()}


def _until(record: Record, end: float) -> Record:
    return {name: one.between(0, end) for name, one in record.items()}


def moves(whole: Phases, other: Phases) -> Iterator[tuple[str, float | None]]:
    """Each boundary of the whole record, and how far it moved, in units of the wider interval; None where it is
    lost."""
    for name in BOUNDARIES:
        one, two = whole.boundary(name), other.boundary(name)
        if one.step is not None:
            yield name, None if two.step is None else abs(one.step - two.step) / max(_width(one), _width(two))


def _width(one: Boundary) -> float:
    assert one.low is not None
    assert one.high is not None
    return one.high - one.low


def runs_in(places: list[Path]) -> Iterator[Run]:
    """The runs at these places."""
    for place in places:
        for manifest in sorted(place.glob("**/manifest.json")):
            yield Run(manifest.parent)


def judged(runs: Iterator[Run]) -> tuple[list[dict[str, Any]], Moves]:
    """The runs that settle, and the moves by kind of change and boundary."""
    found: list[dict[str, Any]] = []
    by_change: Moves = {}
    for run in runs:
        record, phases, manifest = run.all_series(), run.phases, run.manifest
        settled = phases.boundary(SETTLES).step
        if settled is None:
            continue
        found.append({"run": manifest.name, "recipe": manifest.recipe, "seed": manifest.seed, "step": manifest.step})
        for change, other in changed(record, settled):
            for name, move in moves(phases, phases_of_experiment(run.experiment, other)):
                by_change.setdefault(change, {}).setdefault(name, []).append(move)
    return found, by_change


def counted(found: list[float | None]) -> dict[str, Any]:
    """How many comparisons there are, how many boundaries were lost, and how far the others moved."""
    known = [move for move in found if move is not None]
    return {
        "compared": len(found),
        "lost": len(found) - len(known),
        "beyond": sum(move >= 1 for move in known),
        "median": round(median(known), 3) if known else None,
        "largest": round(max(known), 2) if known else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="+", type=Path, metavar="PLACE")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    found, by_change = judged(runs_in(options.places))
    result = {
        "command": f"python benchmarks/boundaries.py {' '.join(map(str, options.places))}",
        "runs": found,
        "changes": {change: {name: counted(m) for name, m in of.items()} for change, of in by_change.items()},
        "machine": machine(),
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
