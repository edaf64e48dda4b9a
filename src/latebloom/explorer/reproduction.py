"""The reproduction's page: a stored result and its drawings in, HTML or Markdown out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from latebloom.explorer import numbers
from latebloom.explorer.inline import inline_svg
from latebloom.explorer.templating import templates

OUTCOMES = ("holds", "fails", "undecided")
BESIDE = (
    "The settings of the published runs are not all recorded, and ours may differ from them: compare the order and the "
    "distances of the steps, not the numbers."
)
"""What has to be said where steps of a training stand beside published ones."""


def render_reproduction(result: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    """The page as one HTML text. ``result``: a stored `latebloom.lab.reproduce.Reproduction`. ``pictures``: an SVG by
    the file name that the result has for it. Nothing is loaded from elsewhere. Errors: UsageError without jinja2."""
    page = templates().get_template("reproduction.html.j2")
    from markupsafe import Markup

    told = {p["file"]: f"{p['title']}. {p['says']}" for system in result["systems"] for p in system["pictures"]}
    drawings = {file: Markup(_named(svg, _id(file), told[file])) for file, svg in pictures.items()}
    words = {"counts": _counts(result), "drawn": _drawn(result), "measured": measured, "spread": spread, "id": _id}
    return page.render(**result, **words, published=published, ours=ours, beside=BESIDE, drawings=drawings)


def _id(file: str) -> str:
    """What a drawing is called in the page: thumbnails show it again by that name."""
    return file.removeprefix("figures/").removesuffix(".svg").replace(".", "_")


def _named(svg: str, id: str, label: str) -> str:
    return inline_svg(svg, f"{id}-", label).replace("<svg ", f'<svg id="{id}" ', 1)


def reproduction_markdown(result: Mapping[str, Any], pictures: str) -> str:
    """The tables of the page as Markdown, for the documentation; ``pictures``: the folder that its figures are in."""
    minutes = result["training_seconds"] / 60
    lines = [
        f"`{result['command']}`, {result['date']}, commit {result['git_commit'] or 'unknown'}: "
        f"{', '.join(f'**{count} {name}**' for name, count in _counts(result).items())}. "
        f"Training took {minutes:.0f} minutes summed over the runs; torch {result['versions']['torch']}, "
        f"{result['device']['system']}. {BESIDE}",
    ]
    systems = {system["name"]: system for system in result["systems"]}
    for name in dict.fromkeys(claim["system"] for claim in result["claims"]):
        mine = [claim for claim in result["claims"] if claim["system"] == name]
        if name in systems:
            lines += ["", *_trained(systems[name], pictures), *_table(mine), *_milestones(systems[name]["milestones"])]
    rest = [claim for claim in result["claims"] if claim["system"] not in systems]
    return "\n".join([*lines, *(["", "## Not trained in this budget", "", *_table(rest)] if rest else [])]) + "\n"


def _trained(system: Mapping[str, Any], folder: str) -> list[str]:
    """What was trained, and its figures as links."""
    drawn = [
        f"[{picture['id']}]({folder}/{picture['file'].removeprefix('figures/')})"
        for picture in system["pictures"]
        if picture["file"]
    ]
    made = ", ".join(f"`{command}`" for command in system["commands"])
    told = [f"{system['finished']} of {system['runs']} runs finished.", system.get("note"), " · ".join(drawn)]
    return [f"## {system['title']}", "", f"{made}: {' '.join(filter(None, told))}", ""]


def _table(claims: Sequence[Mapping[str, Any]]) -> list[str]:
    header = ["| claim | write-up | measured | runs | verdict |", "|---|---|---|---|---|"]
    return [*header, *(_row(claim) for claim in claims)]


def _milestones(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Steps of the training; nothing for a system of which none is published."""
    header = ["", "| training | published | ours, median (range) | runs that got there |", "|---|---|---|---|"]
    told = [f"| {m['says']} | {published(m)} | {ours(m)} | {m['reached']} of {m['runs']} |" for m in rows]
    return [*header, *told] if told else []


def published(milestone: Mapping[str, Any]) -> str:
    """What was published, with its sources."""
    told = (f"{_number(value, milestone)} ({source})" for source, value in milestone["published"].items())
    return "; ".join(told) + _unit(milestone)


def ours(milestone: Mapping[str, Any]) -> str:
    """The median over the runs that got there, with its range, or why none did."""
    if milestone["median"] is None:
        return str(milestone["note"])
    middle, low, high = (_number(milestone[name], milestone) for name in ("median", "low", "high"))
    return (middle if low == high else f"{middle} ({low} to {high})") + _unit(milestone)


def _unit(milestone: Mapping[str, Any]) -> str:
    return " nats" if milestone["unit"] == "nats" else ""


def _number(value: float, milestone: Mapping[str, Any]) -> str:
    return numbers.step(value) if milestone["unit"] == "step" else numbers.loss(value)


def measured(claim: Mapping[str, Any]) -> str:
    """The value that was judged, with its range over the runs."""
    if claim["value"] is None:
        return "–"
    if claim["low"] is None or claim["low"] == claim["high"]:
        return f"{claim['value']:.3g}"
    return f"{claim['value']:.3g} ({claim['low']:.3g} to {claim['high']:.3g})"


def spread(claim: Mapping[str, Any]) -> str:
    """How many runs say what."""
    if not claim["by_run"]:
        return f"{claim['runs']} together" if claim["runs"] else "–"
    decided = claim["holds"] + claim["fails"]
    return f"{claim['holds']} of {decided}" + (f", {claim['undecided']} undecided" if claim["undecided"] else "")


def _drawn(result: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The figures that there are, by system and id."""
    return {(system["name"], p["id"]) for system in result["systems"] for p in system["pictures"] if p["file"]}


def _counts(result: Mapping[str, Any]) -> dict[str, int]:
    return {name: sum(claim["outcome"] == name for claim in result["claims"]) for name in OUTCOMES}


def _row(claim: Mapping[str, Any]) -> str:
    parts = (
        f"{claim['sentence']} ({claim['place']})",
        claim["write_up"],
        f"{measured(claim)}: {claim['found']}",
        spread(claim),
        f"**{claim['outcome']}**",
    )
    return f"| {' | '.join(part.replace('|', '/') for part in parts)} |"
