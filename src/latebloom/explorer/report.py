"""The report page: a summary and drawn figures in, one self-contained HTML text out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from latebloom._errors import UsageError
from latebloom.explorer import numbers, words
from latebloom.explorer.inline import inline_svg

if TYPE_CHECKING:
    import jinja2


def render_report(summary: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    """The page as text. ``summary``: as `latebloom.lab.summarise` makes it. ``pictures``: an SVG by name.

    Nothing is loaded from elsewhere: no script, no font, no image outside the file. All text of the summary is
    escaped; the pictures are trusted to be drawings of `latebloom.figures`.
    Errors: UsageError where jinja2 is not installed.
    """
    from_jinja = _environment()
    from markupsafe import Markup

    alt = {entry["name"]: f"{entry['title']}. {entry.get('says', '')}" for entry in summary["figures"]}
    drawings = {name: Markup(inline_svg(svg, f"svg-{name}-", alt.get(name, name))) for name, svg in pictures.items()}
    page = from_jinja.get_template("report.html.j2")
    return page.render(**summary, drawings=drawings, chapters=words.CHAPTERS, words=words)


@cache
def _environment() -> jinja2.Environment:
    try:
        import jinja2
    except ImportError:
        raise UsageError("the report needs jinja2, which is not installed: pip install 'latebloom[figures]'") from None
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("latebloom.explorer"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters |= {"show": numbers.show, "loss": numbers.loss, "share": numbers.share, "step": numbers.step}
    return made
