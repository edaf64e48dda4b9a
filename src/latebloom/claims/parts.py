"""Quantities of the phase changes of a task's parts, which digits and trigrams share."""

from latebloom.analysis import Analysis
from latebloom.claims.quantity import Undefined, percent, quantity
from latebloom.claims.region import AtLeast, Ratio
from latebloom.phases.components import LEAST_FALL


def _sudden(analysis: Analysis) -> dict[str, float]:
    """The step of each part that has a phase change of its own: a slow start, and a sudden fall that has ended."""
    changes = analysis.parts.changes
    steps = {
        part.name: part.step.step
        for part in changes.parts
        if part.step is not None and part.change is not None and part.change.has_onset
    }
    return {name: steps[name] for name in changes.order if name in steps}


@quantity("parts", "the number of parts of the task")
def parts(analysis: Analysis) -> int:
    return len(analysis.task.components)


@quantity(
    "parts",
    f"the number of parts whose loss falls by {percent(LEAST_FALL)} of guessing or more (arbitrary) between two "
    "corners",
)
def parts_that_change(analysis: Analysis) -> int:
    return len(_sudden(analysis))


@quantity("", "the parts in the order of their phase changes, each with its step")
def parts_order(analysis: Analysis) -> str:
    return ", ".join(f"{name} {step:.0f}" for name, step in _sudden(analysis).items()) or "none"


@quantity(
    "share",
    "the share of the whole loss's fall, from guessing to its last value, that the parts' phase changes make up",
)
def parts_explain(analysis: Analysis) -> float:
    share = analysis.parts.explained
    if share is None:
        raise Undefined("the whole loss does not fall below guessing")
    return share


EACH_CHANGES = AtLeast(
    Ratio(
        parts_that_change,
        parts,
        f"the share of the parts whose loss falls by {percent(LEAST_FALL)} of guessing or more (arbitrary) between "
        "two corners",
        "share",
    ),
    1.0,
)
"""Every part must change, so that more parts make the claim harder, and no correction for their number is needed."""

EACH_CHANGES_FINDING = "{parts_that_change:.0f} of {parts:.0f} parts: {parts_order}"
PARTS_EXPLAIN = AtLeast(parts_explain, 0.5, "most of it")
PARTS_EXPLAIN_FINDING = "the parts' phase changes make up {parts_explain:.0%} of the fall of the whole loss"
