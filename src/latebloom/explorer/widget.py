"""The page of the explorer in a notebook: a widget while a kernel runs, and a page in a frame where the notebook is
only shown."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from latebloom._errors import UsageError
from latebloom.explorer.page import bundled, page_around, render_page

if TYPE_CHECKING:
    from anywidget import AnyWidget

HEIGHT = 900
"""Height of the page in a notebook, in pixels."""


def page_widget(page: Mapping[str, Any], weights: bytes | None, height: int = HEIGHT) -> AnyWidget:
    """The page as a widget; arguments as for `latebloom.explorer.page.render_page`. It loads nothing from the network.

    What a notebook stores also holds the page as HTML, so that a saved notebook shows it without a kernel.
    Errors: UsageError if anywidget is not installed.
    """
    shell = page_around(page["run"]["name"])
    return _kind()(page=dict(page), weights=weights, shell=shell, height=height)


@cache
def _kind() -> Any:
    """The class of the widget, made on first use: its base is an optional package."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise UsageError("view needs anywidget, which is not installed: pip install 'latebloom[notebook]'") from None

    class PageWidget(anywidget.AnyWidget):
        """The traits that ``web/src/widget.ts`` reads."""

        _esm = bundled("widget.js")
        page = traitlets.Dict().tag(sync=True)
        weights = traitlets.Bytes(allow_none=True).tag(sync=True)
        shell = traitlets.Unicode().tag(sync=True)
        height = traitlets.Int().tag(sync=True)

        def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
            found = super()._repr_mimebundle_(**options)
            if found is None:
                return None
            data, metadata = found
            return {**data, "text/html": framed(self.page, self.weights, self.height)}, metadata

    return PageWidget


def framed(page: Mapping[str, Any], weights: bytes | None, height: int = HEIGHT) -> str:
    """The whole page as a frame for another HTML page."""
    label, text = escape(page["run"]["name"]), escape(render_page(page, weights))
    return f'<iframe title="latebloom: {label}" style="width:100%;height:{height}px;border:0" srcdoc="{text}"></iframe>'
