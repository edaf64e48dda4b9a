"""The report page: one self-contained HTML text from a summary and drawn figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from latebloom.explorer.inline import inline_svg
from latebloom.explorer.templating import templates


def render_report(summary: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    """The page as text. ``summary``: from `latebloom.lab.summary.summarise`. ``pictures``: SVG texts by figure name.

    The summary contains the name of the page's layout and its text, so the page does not depend on the task.
    The page loads no script, font or image from outside the file. All text of the summary is escaped; the pictures are
    not, because they are drawings of `latebloom.figures`.
    Errors: UsageError if jinja2 is not installed.
    """
    page = templates().get_template(f"report_{summary['layout']}.html.j2")
    from markupsafe import Markup

    alt = {entry["name"]: f"{entry['title']}. {entry.get('says', '')}" for entry in summary["figures"]}
    drawings = {name: Markup(inline_svg(svg, f"svg-{name}-", alt.get(name, name))) for name, svg in pictures.items()}
    return page.render(**{"verdicts": (), **summary, "drawings": drawings, "chapters": _chapters(summary)})


def _chapters(summary: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Chapters with figures, and the chapter on the weights, which may also contain a table."""
    drawn = {"circuit", *(entry["chapter"] for entry in summary["figures"])}
    return {name: words for name, words in summary["words"]["chapters"].items() if name in drawn}
