"""A run as the list of runs shows it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from latebloom._errors import LatebloomError
from latebloom.explorer.folder import Found
from latebloom.store import RunDirectory, effective_status

if TYPE_CHECKING:
    import pyarrow

POINTS = 60
"""Largest number of points of a small curve."""

CURVES = ("train_loss", "test_loss")
"""The metrics that the list draws, in nats."""

_DIGITS = 4  # significant digits of a small curve


@dataclass(frozen=True)
class Row:
    """One run in the list; None where something is not known (yet).

    status: as `latebloom.store.effective_status`, or "not opened" with the reason in ``message``. task: its name.
    curves: ``step`` and the metrics of `CURVES`, thinned. outcome: a word of `latebloom.phases`, as of the last step.
    created, updated: seconds since 1970. place: the folder that the run lies in, "" for the directory itself.
    """

    name: str
    place: str
    status: str
    message: str | None = None
    recipe: str | None = None
    task: str | None = None
    seed: int | None = None
    step: int | None = None
    steps_planned: int | None = None
    created: float | None = None
    updated: float | None = None
    outcome: str | None = None
    curves: dict[str, list[Any]] | None = field(default=None, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def read_row(found: Found) -> Row:
    """The row of a run from its manifest, without curves and outcome. A damaged run has a row that says so."""
    place = found.name.rpartition("/")[0]
    if found.problem is not None:
        return Row(found.name, place, "not opened", found.problem)
    directory = RunDirectory(found.path)
    try:
        status, manifest = effective_status(directory), directory.read_manifest()
    except LatebloomError as error:
        return Row(found.name, place, "damaged", " ".join(str(error).split()))
    task = manifest.experiment.get("task")
    return Row(
        found.name,
        place,
        status,
        manifest.message,
        manifest.recipe,
        str(task.get("name")) if isinstance(task, dict) else None,
        manifest.seed,
        manifest.step,
        manifest.steps_planned,
        manifest.created.timestamp(),
        manifest.updated.timestamp(),
    )


def small_curves(table: pyarrow.Table) -> dict[str, list[Any]] | None:
    """At most `POINTS` rows at equal distances of a table of metrics; None for a table without rows."""
    rows = len(table)
    if not rows:
        return None
    count = min(rows, POINTS)
    kept = [round(i * (rows - 1) / max(1, count - 1)) for i in range(count)]
    small = table.take(kept)
    return {"step": small["step"].to_pylist(), **{c: _rounded(small[c]) for c in CURVES if c in small.column_names}}


def columns(table: pyarrow.Table) -> dict[str, Any]:
    """A table over steps as JSON, as ``Table`` in ``web/src/page.ts``: None for NaN and infinity."""
    names = [name for name in table.column_names if name != "step"]
    values = {name: [None if _undefined(v) else v for v in table[name].to_pylist()] for name in names}
    return {"step": table["step"].to_pylist(), "columns": values}


def _undefined(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def _rounded(column: pyarrow.ChunkedArray) -> list[float | None]:
    return [None if _undefined(v) else float(f"{v:.{_DIGITS}g}") for v in column.to_pylist()]
