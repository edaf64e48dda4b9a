"""The phase changes of the parts of a task."""

from typing import Any

from latebloom.lab.explorer.evidence import Evidence
from latebloom.lab.explorer.parts import part
from latebloom.phases.components import ComponentChange
from latebloom.phases.location import Location


@part("components")
def components(evidence: Evidence) -> dict[str, Any] | None:
    """The phase change of each part of the task, and its loss of guessing (nats). ``kind``, ``column``: the set, and
    the column of the page's metrics with the losses. ``explained``: share of the whole loss's fall that they make up.
    None for a task with one part. Errors: UsageError where the losses of the parts were not recorded."""
    analysis = evidence.analysis
    if len(analysis.task.components) < 2:
        return None
    losses = analysis.parts
    return {
        "kind": losses.kind,
        "parts": [
            {
                "name": change.name.replace("_", " "),
                "column": f"{losses.kind}_loss.{change.name}",
                "chance": losses.chance[change.name],
                **_change(change),
            }
            for change in losses.changes.parts
        ],
        "explained": losses.explained,
    }


def _change(part: ComponentChange) -> dict[str, Any]:
    """The middle of a phase change with its 95 % interval, and its ends; the reason where there is none."""
    ends = (None, None) if part.change is None else (part.change.onset, part.change.completion)
    named = {"change": part.step, "onset": ends[0], "completion": ends[1]}
    return {**{name: _location(at) for name, at in named.items()}, "reason": part.reason}


def _location(at: Location | None) -> dict[str, float] | None:
    return None if at is None else {"step": at.step, "low": at.low, "high": at.high}
