"""The measured parts of docs/llc.md: verdicts, courses, the law of p, and parts of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from latebloom.claims import Record
from latebloom.claims.learning import memorised_at, test_under_guessing_at
from latebloom.claims.llc_course import (
    CLEANING,
    FORMING,
    GENERALISING,
    change_of,
    checkpoint_steps,
    course_of,
    pairs_of,
    test_settled_at,
)
from latebloom.statistics import Quartiles, quartiles

from .paths import IMAGES, ROOT
from .stored import Stored
from .systems import system_runs, system_verdicts
from .templating import render

SYSTEM, COURSE = "llc", "llc-course"
WINDOWS = (GENERALISING, FORMING, CLEANING)
BOUNDARIES = (memorised_at, test_under_guessing_at, test_settled_at)
PARTS = ROOT / "results" / "llc" / "parts.json"
IMAGE = IMAGES / "llc-course.svg"


class Estimate(Stored):
    """One coefficient; ``part`` None: of all weights. value: None where the chains give none, with the reason."""

    step: int
    part: str | None
    weights: int
    value: float | None
    low: float | None
    high: float | None
    reason: str


class Parts(Stored):
    """What ``benchmarks/llc_parts.py`` measured."""

    command: str
    p: int
    seed: int
    estimates: tuple[Estimate, ...]


def llc_blocks() -> dict[str, str]:
    """What stands between the marks of docs/llc.md, by the name of the mark."""
    runs = {name: system_runs(name) for name in (SYSTEM, COURSE)}
    records = {name: one.records() for name, one in runs.items()}
    pairs = pairs_of(records[COURSE])
    objects: dict[str, Any] = {
        "verdicts": system_verdicts(SYSTEM) | system_verdicts(COURSE),
        "stored": [{"name": name, "trained": len(records[name]), "asked": len(runs[name].jobs)} for name in runs],
        "p": runs[COURSE].jobs[0].experiment.setting("task.p"),
        "windows": WINDOWS,
        "pairs": [_pair(*pair) for pair in pairs],
        "course": _course(pairs),
        "law": _by_task_and_p(records[SYSTEM]),
        "spread": _spread,
        "parts": Parts.model_validate_json(PARTS.read_bytes()) if PARTS.exists() else None,
        "image": IMAGE.name if IMAGE.exists() else None,
    }
    return {part: render(f"llc_{part}", **objects) for part in ("answer", "measured")}


def _pair(adding: Record, memorising: Record) -> dict[str, Any]:
    """The boundaries of a network that adds, and how the coefficients of it and of its partner change between them."""
    return {
        "seed": adding.seed,
        "steps": [adding.value(one.name) for one in BOUNDARIES],
        "changes": [change_of(adding, memorising, window) for window in WINDOWS],
    }


def _course(pairs: Sequence[tuple[Record, Record]]) -> list[dict[str, Any]]:
    """The coefficients of both sides by step."""
    sides = {name: [course_of(one) for one in side] for name, side in zip(("adding", "memorising"), zip(*pairs))}
    steps = pairs[0][0].value(checkpoint_steps.name) if pairs else ()
    return [
        {"step": step, **{name: quartiles([one[step] for one in side if step in one]) for name, side in sides.items()}}
        for step in steps
    ]


def _spread(values: Quartiles) -> str:
    """Quartiles with one decimal; a dash where there are none."""
    known = [end for end in (values.low, values.median, values.high) if end is not None]
    return " / ".join(f"{end:.1f}" for end in known) or "–"


def _by_task_and_p(records: Sequence[Record]) -> list[dict[str, Any]]:
    """The coefficients at the end, for each task, modulus and outcome."""

    def key(record: Record) -> tuple[str, int, str]:
        return record.setting("task.name"), record.setting("task.p"), record.value("outcome") or "no outcome"

    rows = []
    for task, p, outcome in sorted(set(map(key, records))):
        of = [one for one in records if key(one) == (task, p, outcome)]
        values = [value for one in of if (value := one.value("llc_final")) is not None]
        losses = [value for one in of if (value := one.value("llc_train_loss")) is not None]
        rows.append(
            {
                "task": task.replace("_", " "),
                "p": p,
                "runs": len(of),
                "outcome": outcome,
                "llc": quartiles(values),
                "loss": quartiles(losses).median,
            }
        )
    return rows
