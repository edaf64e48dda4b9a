"""The measured parts of docs/llc.md: verdicts, courses, the law of p, and parts of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from latebloom.claims import Record
from latebloom.statistics import quartiles

from .paths import IMAGES, ROOT
from .stored import Stored
from .systems import system_runs, system_verdicts
from .templating import render

SYSTEM = "llc"
FALL = ("llc_peak", "llc_final", "llc_halved_at", "test_under_guessing_at", "llc_phase")
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
    runs = system_runs(SYSTEM)
    records, verdicts = runs.records(), system_verdicts(SYSTEM)
    courses = [one for one in records if one.value("llc_halved_at") is not None]
    objects: dict[str, Any] = {
        "verdicts": verdicts,
        "trained": len(records),
        "asked": len(runs.jobs),
        "courses": courses,
        "early": [one.seed for one in courses if one.run not in verdicts["llc-falls"].by_run],
        "fall": FALL,
        "law": _by_task_and_p(records),
        "parts": Parts.model_validate_json(PARTS.read_bytes()) if PARTS.exists() else None,
        "image": IMAGE.name if IMAGE.exists() else None,
    }
    return {part: render(f"llc_{part}", **objects) for part in ("answer", "measured")}


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
