"""The picture of a course: Kaplan and Meier's curve of every contestant."""

from __future__ import annotations

from latebloom.figures.canvas import picture
from latebloom.figures.sweep.survival import Survival, SurvivalGroup, draw
from latebloom.lab.compare.arms import Arms, times
from latebloom.lab.compare.contestant import CONTESTANTS

SIZE = (8.6, 6.0)
"""Width and height in inches: fifteen labels at the right edge."""


def draw_course(arms: Arms, kind: str = "svg") -> bytes | None:
    """The curves of the tuned contestants with fresh runs; None where there are none. The same records give the same
    bytes. Errors: UsageError without matplotlib."""
    tuned = [one for one in CONTESTANTS.values() if not one.published]
    groups = [SurvivalGroup.of(one.title, times(runs)) for one in tuned if (runs := arms.fresh(one.name))]
    if not groups:
        return None
    survival = Survival((), tuple(groups), None)
    return picture(f"compare-{arms.course.name}", SIZE, lambda paper: draw(paper, survival), kind)
