"""What only a run of a task that is not modular has: parts with a loss each, and the circuit of its own kind."""

from typing import Any

from latebloom._errors import UsageError
from latebloom.figures import FIGURES, FigureSource
from latebloom.lab.explain import explain
from latebloom.phases.components import ComponentChange


def of_examples(source: FigureSource) -> dict[str, Any]:
    """changes: when each part of the task changed; None for a task of one piece, or without losses yet.

    weights: what `explain` finds in the final weights, as rows of quantity and value, or the reason why there is none;
    both None for a linear model, which has no circuit.
    """
    return {"changes": _changes(source), "weights": _weights(source)}


def _changes(source: FigureSource) -> dict[str, Any] | None:
    figure = FIGURES["component-losses"]
    try:
        losses = source.data_of(figure)
    except UsageError:
        return None
    return {
        "kind": losses.kind,
        "says": figure.says(losses),
        "rows": [_part(change) for change in losses.changes.parts],
    }


def _part(part: ComponentChange) -> dict[str, Any]:
    at = part.step
    step = None if at is None else {"step": at.step, "low": at.low, "high": at.high}
    return {"name": part.name.replace("_", " "), "change": step, "share": part.share, "reason": part.reason}


def _weights(source: FigureSource) -> dict[str, Any]:
    if source.run.experiment.model.kind == "linear":
        return {"rows": None, "reason": None}
    try:
        rows = explain(source.run, source.step).rows()
    except UsageError as error:
        return {"rows": None, "reason": str(error)}
    return {"rows": [row for row in rows if row[0] != "task"], "reason": None}
