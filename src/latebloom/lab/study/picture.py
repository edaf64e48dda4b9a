"""The picture of a study: what was measured for each claim, with its interval, and the region in which it holds."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from latebloom.claims import Claim, SweepClaim
from latebloom.claims.quantity import FEWEST_RUNS
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Below, Between, Region
from latebloom.figures import theme
from latebloom.figures.canvas import picture
from latebloom.lab.finding import Finding
from latebloom.lab.study.result import StudyResult
from latebloom.studies import Study

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

WIDTH, ROW = 8.6, 0.95
"""Inches."""


def draw_study(study: Study, result: StudyResult, kind: str = "svg") -> bytes | None:
    """One row for each claim that compares a measured number with an edge; None where there is none.

    The same result gives the same bytes. Errors: UsageError without matplotlib."""
    found = {one.id: one for one in result.claims if one.value is not None}
    rows = [
        (claim, found[claim.id], ends) for claim in study.claims if claim.id in found and (ends := _ends(claim.region))
    ]
    if not rows:
        return None

    def draw(paper: matplotlib.figure.Figure) -> None:
        for axes, row in zip(paper.subplots(len(rows), squeeze=False)[:, 0], rows):
            _draw_row(axes, *row)

    return picture(f"study-{study.name}", (WIDTH, ROW * len(rows) + 0.3), draw, kind)


def _ends(region: Region) -> tuple[float, float] | None:
    """Where the number must lie: of the first part of a region that has several."""
    if isinstance(region, AllOf):
        return _ends(region.regions[0])
    if isinstance(region, Between):
        return region.low, region.high
    edge = getattr(region, "edge", None)
    if not isinstance(edge, int | float):
        return None
    if isinstance(region, Above | AtLeast):
        return edge, inf
    return (-inf, edge) if isinstance(region, Below | AtMost) else None


def _draw_row(axes: matplotlib.axes.Axes, claim: Claim | SweepClaim, one: Finding, ends: tuple[float, float]) -> None:
    """The region as a band, the number as a dot and its interval as a line, with an arrow at an open end."""
    assert one.value is not None
    low, high = _interval(one, one.value)
    shown = [end for end in (*ends, low, one.value, high) if abs(end) < inf]
    margin = 0.15 * (max(shown) - min(shown) or 1.0)
    left, right = min(shown) - margin, max(shown) + margin
    axes.axvspan(max(left, ends[0]), min(right, ends[1]), color=theme.SEQUENTIAL[1], linewidth=0)
    axes.plot([max(left, low), min(right, high)], [0, 0], color=theme.INK, linewidth=1.5)
    for end, limit, arrow in ((low, left, "<"), (high, right, ">")):
        if abs(end) == inf:
            axes.plot([limit], [0], arrow, color=theme.INK, clip_on=False)
    axes.plot([one.value], [0], "o", color=theme.INK)
    axes.set(xlim=(left, right), ylim=(-1, 1), yticks=[])
    unit = next(claim.region.terms()).unit
    axes.xaxis.set_major_formatter(lambda value, position: _tick(value, unit))
    axes.set_title(f"{one.state}: {claim.sentence.replace('`', '')}", loc="left", fontsize="small", wrap=True)


def _interval(one: Finding, value: float) -> tuple[float, float]:
    """The ends of the interval, infinite where they are open; the value twice where there is none, or none that says
    anything."""
    if one.runs is None or (one.low is None and one.high is None and one.runs < FEWEST_RUNS):
        return value, value
    return -inf if one.low is None else one.low, inf if one.high is None else one.high


def _tick(value: float, unit: str) -> str:
    """A number on the axis with its unit."""
    number, unit = (100 * value, "%") if unit == "share" else (value, unit)
    return f"{number:.6g} {unit}".rstrip().replace("-", "\u2212")
