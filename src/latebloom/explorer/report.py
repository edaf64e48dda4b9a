"""The report page: a summary and drawn figures in, one self-contained HTML text out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from latebloom.explorer.inline import inline_svg
from latebloom.explorer.templating import templates
from latebloom.explorer.words import Words, words_of
from latebloom.explorer.words.pairs import ablation
from latebloom.explorer.words.tasks import TASKS


def render_report(summary: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    """The page as text. ``summary``: as `latebloom.lab.summarise` makes it. ``pictures``: an SVG by name.

    A modular task's page tells of waves (``report_pairs``), any other's of its parts (``report_examples``).
    Nothing is loaded from elsewhere: no script, no font, no image outside the file. All text of the summary is
    escaped; the pictures are trusted to be drawings of `latebloom.figures`.
    Errors: UsageError where jinja2 is not installed.
    """
    page = templates().get_template("report_pairs.html.j2" if _of_pairs(summary) else "report_examples.html.j2")
    from markupsafe import Markup

    alt = {entry["name"]: f"{entry['title']}. {entry.get('says', '')}" for entry in summary["figures"]}
    drawings = {name: Markup(inline_svg(svg, f"svg-{name}-", alt.get(name, name))) for name, svg in pictures.items()}
    words = words_of(summary["run"])
    own = {"ablation": ablation} if _of_pairs(summary) else _of_examples(summary)
    return page.render(**{**summary, **own}, drawings=drawings, chapters=_chapters(summary, words), words=words)


def _of_pairs(summary: Mapping[str, Any]) -> bool:
    return "train_pairs" in summary["run"]


def _of_examples(summary: Mapping[str, Any]) -> dict[str, Any]:
    return {"task": TASKS[summary["run"]["task"]]}


def _chapters(summary: Mapping[str, Any], words: Words) -> dict[str, tuple[str, str, str]]:
    """Those with figures, and the one on the weights, which may be about more than figures."""
    drawn = {"circuit", *(entry["chapter"] for entry in summary["figures"])}
    return {name: told for name, told in words.chapters.items() if name in drawn}
