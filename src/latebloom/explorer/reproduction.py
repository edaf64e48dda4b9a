"""The reproduction's page: one HTML text from a stored result and its drawings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from latebloom.explorer import numbers
from latebloom.explorer.inline import inline_svg
from latebloom.explorer.templating import templates

STATES = ("holds", "fails", "undecided", "not measured")
FAILS = (
    '"Fails" is a result about the models: they do not uphold the sentence, or a control that its rule names upholds '
    "it as well."
)
"""What it does not mean is that the command failed."""

NOT_COMPARABLE = (
    "The settings of the published runs are not all recorded, and ours may differ from them. Compare the order of the "
    "steps and the distances between them, not the numbers."
)
"""The note on a table of training steps with published ones."""


@runtime_checkable
class EffectView(Protocol):
    """A number with its interval."""

    @property
    def value(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...


@runtime_checkable
class PublishedVerdictView(Protocol):
    """What the page needs of a verdict on a published file: `latebloom.lab.reproduce.result.PublishedVerdict`."""

    @property
    def file(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def finding(self) -> str: ...


@runtime_checkable
class PublishedFileView(Protocol):
    """What the page needs of a published file: `latebloom.lab.reproduce.result.PublishedFile`."""

    @property
    def file(self) -> str: ...
    @property
    def systems(self) -> Sequence[str]: ...
    @property
    def note(self) -> str: ...


@runtime_checkable
class ClaimView(EffectView, Protocol):
    """What the page needs of a claim: `latebloom.lab.reproduce.result.ClaimResult`."""

    @property
    def state(self) -> str: ...
    @property
    def share(self) -> Any: ...
    @property
    def smaller_p(self) -> Sequence[int]: ...
    @property
    def rule_hash(self) -> str | None: ...
    @property
    def made_for_rule(self) -> bool: ...
    @property
    def runs(self) -> int: ...
    @property
    def rests_on(self) -> int: ...
    @property
    def holds(self) -> int: ...
    @property
    def fails(self) -> int: ...
    @property
    def undecided(self) -> int: ...
    @property
    def by_run(self) -> Mapping[str, Any]: ...
    @property
    def published(self) -> Sequence[PublishedVerdictView]: ...


@runtime_checkable
class MilestoneView(Protocol):
    """What the page needs of a training step: `latebloom.lab.reproduce.result.MilestoneResult`."""

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
class PictureView(Protocol):
    """What the page needs of a drawing: `latebloom.lab.reproduce.result.Picture`."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def file(self) -> str | None: ...
    @property
    def says(self) -> str: ...


@runtime_checkable
class SystemView(Protocol):
    """What the page needs of the runs of one system: `latebloom.lab.reproduce.result.SystemResult`."""

    @property
    def name(self) -> str: ...
    @property
    def pictures(self) -> Sequence[PictureView]: ...


@runtime_checkable
class ResultView(Protocol):
    """What the page needs of a result: `latebloom.lab.reproduce.Reproduction`."""

    @property
    def systems(self) -> Sequence[SystemView]: ...
    @property
    def claims(self) -> Sequence[ClaimView]: ...
    @property
    def published(self) -> Sequence[PublishedFileView]: ...


def render_reproduction(result: ResultView, drawings: Mapping[str, str], judging: str = "", null: str = "") -> str:
    """The page as one HTML text, which loads no other files. ``drawings``: an SVG for each file name in the
    result. ``judging``: how runs lead to a verdict, in words. ``null``: the hypothesis behind the number of verdicts
    that are expected to hold by chance. Errors: UsageError if jinja2 is missing."""
    page = templates().get_template("reproduction.html.j2")
    from markupsafe import Markup

    labels = {p.file: f"{p.title}. {p.says}" for system in result.systems for p in system.pictures}
    inlined = {file: Markup(_named(svg, drawing_id(file), labels[file])) for file, svg in drawings.items()}
    words = {
        "measured": measured,
        "spread": spread,
        "basis": basis,
        "published": published,
        "ours": ours,
        "drawing_id": drawing_id,
    }
    texts = {"beside": NOT_COMPARABLE, "fails": FAILS, "judging": judging, "null": null}
    return page.render(result=result, counts=_counts(result), drawn=_drawn(result), drawings=inlined, **texts, **words)


def drawing_id(file: str) -> str:
    """The id of a drawing in the page, by which its thumbnail refers to it."""
    return file.removeprefix("figures/").removesuffix(".svg").replace(".", "_")


def _named(svg: str, id: str, label: str) -> str:
    return inline_svg(svg, f"{id}-", label).replace("<svg ", f'<svg id="{id}" ', 1)


def published(milestone: MilestoneView) -> str:
    """The published number, with its sources."""
    texts = (f"{_number(value, milestone)} ({source})" for source, value in milestone.published.items())
    return "; ".join(texts) + _unit(milestone)


def ours(milestone: MilestoneView) -> str:
    """The median and range over the runs that reached the step, or the reason if no run did."""
    if milestone.median is None or milestone.low is None or milestone.high is None:
        return str(milestone.note)
    middle, low, high = (_number(value, milestone) for value in (milestone.median, milestone.low, milestone.high))
    return (middle if low == high else f"{middle} ({low} to {high})") + _unit(milestone)


def _unit(milestone: MilestoneView) -> str:
    return " nats" if milestone.unit == "nats" else ""


def _number(value: float, milestone: MilestoneView) -> str:
    return numbers.step(value) if milestone.unit == "step" else numbers.loss(value)


def measured(claim: EffectView) -> str:
    """The effect: the number that was judged, with its 95 % interval; an open end is a dash."""
    if claim.value is None:
        return "–"
    if claim.low is None and claim.high is None:
        return f"{claim.value:.3g}"
    low, high = ("–" if end is None else f"{end:.3g}" for end in (claim.low, claim.high))
    return f"{claim.value:.3g} ({low} to {high})"


def spread(claim: ClaimView) -> str:
    """How many of the decided runs support the claim, with the interval of that share, and how many are undecided."""
    if not claim.by_run:
        return together(claim) if claim.runs else "–"
    decided, share = claim.holds + claim.fails, claim.share
    ends = "" if share is None else f" ({100 * share.low:.0f} to {100 * share.high:.0f} %)"
    return f"{claim.holds} of {decided}{ends}" + (f", {claim.undecided} undecided" if claim.undecided else "")


def together(claim: ClaimView) -> str:
    """How many runs a claim about many runs is judged on, and how many of these its smallest arm has."""
    arm = "" if claim.rests_on == claim.runs else f", {claim.rests_on} in the smallest arm"
    return f"{claim.runs} runs together{arm}"


def basis(claim: ClaimView) -> str:
    """What a verdict stands on: the number of runs, a smaller modulus, and the frozen rule if they were made for it."""
    runs = "1 run" if claim.runs == 1 else f"{claim.runs} runs"
    smaller = f", p = {', '.join(map(str, claim.smaller_p))}" if claim.smaller_p else ""
    rule = f"rule {claim.rule_hash}" if claim.made_for_rule else "not made for the frozen rule"
    return f"{runs}{smaller}; {rule}"


def _drawn(result: ResultView) -> set[tuple[str, str]]:
    """The system and the id of every figure that has a file."""
    return {(system.name, p.id) for system in result.systems for p in system.pictures if p.file}


def _counts(result: ResultView) -> dict[str, int]:
    return {name: sum(claim.state == name for claim in result.claims) for name in STATES}
