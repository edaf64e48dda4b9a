"""The templates of the HTML pages, and their filters."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from latebloom._errors import UsageError
from latebloom.explorer import numbers

if TYPE_CHECKING:
    import jinja2


@cache
def templates() -> jinja2.Environment:
    """The jinja2 environment, which escapes text. Errors: UsageError if jinja2 is not installed."""
    try:
        import jinja2
    except ImportError:
        raise UsageError("pages need jinja2, which is not installed: pip install 'latebloom[figures]'") from None
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("latebloom.explorer"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters |= {"show": numbers.show, "loss": numbers.loss, "share": numbers.share, "step": numbers.step}
    made.filters["strongest_wave"] = numbers.strongest_wave
    return made
