"""The reproduction's page as HTML: a stored result and its drawings in, one text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from latebloom.explorer import numbers
from latebloom.explorer.inline import inline_svg
from latebloom.explorer.templating import templates

STATES = ("holds", "fails", "undecided", "not measured")
NOT_COMPARABLE = (
    "The settings of the published runs are not all recorded, and ours may differ from them. Compare the order of the "
    "steps and the distances between them, not the numbers."
)
"""What has to be said where steps of a training stand beside published ones."""


@runtime_checkable
class Claim(Protocol):
    """What the page shows of a claim: `latebloom.lab.reproduce.result.ClaimResult`."""

    @property
    def state(self) -> str: ...
    @property
    def value(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def runs(self) -> int: ...
    @property
    def holds(self) -> int: ...
    @property
    def fails(self) -> int: ...
    @property
    def undecided(self) -> int: ...
    @property
    def by_run(self) -> Mapping[str, Any]: ...


@runtime_checkable
class Milestone(Protocol):
    """What the page shows of a step of a training: `latebloom.lab.reproduce.result.MilestoneResult`."""

    @property
    def unit(self) -> str: ...
    @property
    def published(self) -> Mapping[str, float]: ...
    @property
    def median(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def note(self) -> str | None: ...


@runtime_checkable
class Picture(Protocol):
    """What the page shows of a drawing: `latebloom.lab.reproduce.result.Picture`."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def file(self) -> str | None: ...
    @property
    def says(self) -> str: ...


@runtime_checkable
class System(Protocol):
    """What the page shows of the runs of one system: `latebloom.lab.reproduce.result.SystemResult`."""

    @property
    def name(self) -> str: ...
    @property
    def pictures(self) -> Sequence[Picture]: ...


@runtime_checkable
class Result(Protocol):
    """What the page is made from: `latebloom.lab.reproduce.Reproduction`."""

    @property
    def systems(self) -> Sequence[System]: ...
    @property
    def claims(self) -> Sequence[Claim]: ...


def render_reproduction(result: Result, drawings: Mapping[str, str], pooling: str = "") -> str:
    """The page as one HTML text, which loads nothing from elsewhere. ``drawings``: an SVG for each file name in the
    result. ``pooling``: how the verdicts of several runs become one, in words. Errors: UsageError without jinja2."""
    page = templates().get_template("reproduction.html.j2")
    from markupsafe import Markup

    labels = {p.file: f"{p.title}. {p.says}" for system in result.systems for p in system.pictures}
    inlined = {file: Markup(_named(svg, drawing_id(file), labels[file])) for file, svg in drawings.items()}
    words = {"measured": measured, "spread": spread, "published": published, "ours": ours, "drawing_id": drawing_id}
    texts = {"beside": NOT_COMPARABLE, "pooling": pooling}
    return page.render(result=result, counts=_counts(result), drawn=_drawn(result), drawings=inlined, **texts, **words)


def drawing_id(file: str) -> str:
    """The id of a drawing in the page, by which its thumbnail refers to it."""
    return file.removeprefix("figures/").removesuffix(".svg").replace(".", "_")


def _named(svg: str, id: str, label: str) -> str:
    return inline_svg(svg, f"{id}-", label).replace("<svg ", f'<svg id="{id}" ', 1)


def published(milestone: Milestone) -> str:
    """The published number, with its sources."""
    texts = (f"{_number(value, milestone)} ({source})" for source, value in milestone.published.items())
    return "; ".join(texts) + _unit(milestone)


def ours(milestone: Milestone) -> str:
    """The median and range over the runs that reached it, or the reason why none did."""
    if milestone.median is None or milestone.low is None or milestone.high is None:
        return str(milestone.note)
    middle, low, high = (_number(value, milestone) for value in (milestone.median, milestone.low, milestone.high))
    return (middle if low == high else f"{middle} ({low} to {high})") + _unit(milestone)


def _unit(milestone: Milestone) -> str:
    return " nats" if milestone.unit == "nats" else ""


def _number(value: float, milestone: Milestone) -> str:
    return numbers.step(value) if milestone.unit == "step" else numbers.loss(value)


def measured(claim: Claim) -> str:
    """The value that was judged, with its range over the runs."""
    if claim.value is None:
        return "–"
    if claim.low is None or claim.low == claim.high:
        return f"{claim.value:.3g}"
    return f"{claim.value:.3g} ({claim.low:.3g} to {claim.high:.3g})"


def spread(claim: Claim) -> str:
    """How many of the decided runs uphold the claim, and how many runs are undecided."""
    if not claim.by_run:
        return f"{claim.runs} together" if claim.runs else "–"
    decided = claim.holds + claim.fails
    return f"{claim.holds} of {decided}" + (f", {claim.undecided} undecided" if claim.undecided else "")


def _drawn(result: Result) -> set[tuple[str, str]]:
    """The system and the id of every figure that has a file."""
    return {(system.name, p.id) for system in result.systems for p in system.pictures if p.file}


def _counts(result: Result) -> dict[str, int]:
    return {name: sum(claim.state == name for claim in result.claims) for name in STATES}
