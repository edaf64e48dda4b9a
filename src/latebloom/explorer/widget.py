"""The page of the explorer in a notebook: an HTML page in a frame, which a saved notebook also shows, and a widget
where it stands inside other widgets."""

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

    As the result of a cell it is an HTML page in a frame, so that a saved notebook shows it without a kernel. Inside
    other widgets the frame asks the kernel for its data. Errors: UsageError if anywidget is not installed.
    """
    return _kind()(page, weights, height)


@cache
def _kind() -> Any:
    """The class of the widget, made on first use: its base is an optional package."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise UsageError("view needs anywidget, which is not installed: pip install 'latebloom[notebook]'") from None

    class PageWidget(anywidget.AnyWidget):
        """The counterpart of ``web/src/widget.ts``. The page is no trait: a notebook would store the traits with each
        widget, and send them where nobody looks at it."""

        _esm = bundled("widget.js")
        height = traitlets.Int().tag(sync=True)

        def __init__(self, page: Mapping[str, Any], weights: bytes | None, height: int) -> None:
            super().__init__(height=height)
            self._page, self._weights = page, weights
            self.on_msg(self._answer)

        def _answer(self, *asked: Any) -> None:
            """What the frame needs, whatever was asked: there is one question."""
            answer = {"page": self._page, "shell": page_around(self._page["run"]["name"])}
            self.send(answer, None if self._weights is None else [self._weights])

        def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
            """HTML alone: a notebook that shows widgets prefers a widget, even one whose kernel is gone."""
            return {"text/plain": repr(self), "text/html": framed(self._page, self._weights, self.height)}, {}

        def __repr__(self) -> str:
            return f"<page of {self._page['run']['name']}>"

    return PageWidget


def framed(page: Mapping[str, Any], weights: bytes | None, height: int = HEIGHT) -> str:
    """The whole page as a frame for another HTML page."""
    label, text = escape(page["run"]["name"]), escape(render_page(page, weights))
    return f'<iframe title="latebloom: {label}" style="width:100%;height:{height}px;border:0" srcdoc="{text}"></iframe>'
