"""A sweep as phase diagrams: the outcomes of its runs over each pair of the fields in which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from latebloom._errors import LatebloomError, UsageError
from latebloom.explorer.folder import find, odd_checkpoint
from latebloom.figures.sweep.columns import level
from latebloom.phases import Outcome, OutcomeName
from latebloom.runs import Run
from latebloom.statistics import GeneralisationTimes, decided, median_step, phase_diagram
from latebloom.statistics.phase_diagram import Level
from latebloom.sweeps.fields import flat, varied

MOST_FIELDS = 6
"""Pairs are made of this many fields at most, in the order of an experiment's settings."""

SEED, RECIPE = "seed", "recipe"


@dataclass(frozen=True)
class _Trained:
    """One run. outcome: None where it has none, or where more training may change it. reached: its last step."""

    name: str
    values: dict[str, Level]
    status: str
    outcome: OutcomeName | None
    generalised_at: float | None
    reached: float


def sweep_diagrams(path: Path) -> dict[str, Any]:
    """``fields``, ``diagrams`` (one for each pair of fields, with cells as `latebloom.statistics.phase_diagram` and the
    median step of generalisation in each), ``runs``, and the names of runs that ``cannot`` be read, with reasons.

    Reads only. Errors: UsageError where no run can be read.
    """
    runs, flats, cannot = [], [], {}
    for found in find(path).values():
        odd = odd_checkpoint(found.path)
        if "/" in found.name or found.problem or odd:
            cannot[found.name] = (
                found.problem or f"{odd} is no plain file" if "/" not in found.name else "it lies deeper"
            )
            continue
        try:
            run = Run(found.path)
            flats.append({**flat(run.manifest.experiment), RECIPE: run.manifest.recipe, SEED: run.manifest.seed})
            runs.append((run, _outcome(found.path, found.signature)))
        except LatebloomError as error:
            del flats[len(runs) :]
            cannot[found.name] = " ".join(str(error).split())
    if not runs:
        raise UsageError(f"{path.name}: got no run that can be read, expected at least one")
    fields = _fields(flats)
    trained = [_trained(run, outcome, values, fields) for (run, outcome), values in zip(runs, flats)]
    return {
        "fields": fields,
        "diagrams": [_diagram(trained, x, y) for x, y in _pairs(fields)],
        "runs": [vars(one) for one in trained],
        "cannot": cannot,
    }


@lru_cache(maxsize=10_000)
def _outcome(path: Path, signature: object) -> Outcome:
    """The outcome of a run as its files are now, so that a growing sweep reads only what has changed."""
    return Run(path).outcome


def _fields(flats: Sequence[dict[str, Any]]) -> list[str]:
    """The settings in which the runs differ, then the seed; at least two, for a diagram needs two."""
    settings = varied([{k: v for k, v in one.items() if k not in (SEED, RECIPE)} for one in flats])
    names = [*settings[:MOST_FIELDS], SEED]
    return names if len(names) > 1 else [SEED, RECIPE]


def _pairs(fields: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of settings first; pairs with the seed last, for they show single runs."""
    return sorted(combinations(fields, 2), key=lambda pair: SEED in pair)


def _trained(run: Run, outcome: Outcome, values: dict[str, Any], fields: Sequence[str]) -> _Trained:
    budget = values.get("training.steps") or run.manifest.steps_planned or 0
    reached = float(max(run.manifest.step, outcome.test_learned_at or 0))  # a killed run may have logged later steps
    return _Trained(
        run.path.name,
        {name: level(values.get(name)) for name in fields},
        run.status,
        decided(outcome.name, reached, budget),
        outcome.test_learned_at,
        reached,
    )


def _diagram(trained: Sequence[_Trained], x: str, y: str) -> dict[str, Any]:
    across, up = ([one.values[name] for one in trained] for name in (x, y))
    diagram = phase_diagram(across, up, [one.outcome for one in trained])
    cells = []
    for cell in diagram.cells:
        members = [one for one in trained if (one.values[x], one.values[y]) == (cell.x, cell.y)]
        times = GeneralisationTimes.of([one.generalised_at for one in members], [one.reached for one in members])
        median = median_step(times)
        cells.append(
            {
                **cell.model_dump(mode="json"),
                "runs": [one.name for one in members],
                "median": {"value": median.value, "low": median.low, "high": median.high, "reason": median.reason},
            }
        )
    return {"x": x, "y": y, "x_levels": diagram.x_levels, "y_levels": diagram.y_levels, "cells": cells}
