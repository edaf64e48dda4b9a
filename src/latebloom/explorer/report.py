"""The report page: a summary and drawn figures in, one self-contained HTML text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from latebloom.explorer.inline import inline_svg
from latebloom.explorer.templating import templates


def render_report(summary: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    """The page as text. ``summary``: as `latebloom.lab.summary.summarise` makes it. ``pictures``: an SVG by name.

    The summary names the layout of the page and holds its words, so a page of any task can be written.
    Nothing is loaded from elsewhere: no script, no font, no image outside the file. All text of the summary is
    escaped; the pictures are trusted to be drawings of `latebloom.figures`.
    Errors: UsageError where jinja2 is not installed.
    """
    page = templates().get_template(f"report_{summary['layout']}.html.j2")
    from markupsafe import Markup

    alt = {entry["name"]: f"{entry['title']}. {entry.get('says', '')}" for entry in summary["figures"]}
    drawings = {name: Markup(inline_svg(svg, f"svg-{name}-", alt.get(name, name))) for name, svg in pictures.items()}
    return page.render(**{**summary, "drawings": drawings, "chapters": _chapters(summary)})


def _chapters(summary: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Those with figures, and the one on the weights, which may hold more than figures."""
    drawn = {"circuit", *(entry["chapter"] for entry in summary["figures"])}
    return {name: words for name, words in summary["words"]["chapters"].items() if name in drawn}
