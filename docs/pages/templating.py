"""The templates of the pages, and the filters that they use."""

import html
import textwrap
from functools import cache
from typing import Any

import jinja2

from latebloom.explorer import numbers

from .paths import DOCS

LEGEND = "W is the write-up; P is the paper that followed it. Numbers from P, and numbers marked ~, are second-hand."
WIDTH = 120


def render(template: str, **objects: Any) -> str:
    """The text of ``docs/templates/TEMPLATE.md.j2``, filled with these objects."""
    return _templates().get_template(f"{template}.md.j2").render(legend=LEGEND, **objects).rstrip() + "\n"


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(DOCS / "templates"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "cell": cell,
        "escape": html.escape,
        "or_dash": lambda value: "–" if value is None else value,
        "loss": numbers.loss,
        "share": numbers.share,
        "show": numbers.show,
        "step": numbers.step,
        "wrap": wrap,
    }
    return environment


def cell(text: object) -> str:
    """Text that is safe in a cell of a Markdown table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def wrap(text: str) -> str:
    """A paragraph in lines of the usual width."""
    return textwrap.fill(" ".join(text.split()), WIDTH, break_long_words=False, break_on_hyphens=False)
