"""The only module that creates matplotlib figures, colour maps and files. It is object-oriented, without global
state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from latebloom._errors import UsageError
from latebloom.figures import theme

if TYPE_CHECKING:
    import matplotlib.colors
    import matplotlib.figure

FORMATS = ("svg", "png", "pdf")

# Without a date and with fixed ids, the same data give the same bytes.
_METADATA = {"svg": {"Date": None}, "png": {"Software": None}, "pdf": {"CreationDate": None}}


@contextmanager
def look(salt: str) -> Iterator[None]:
    """Apply the theme within the block; a different ``salt`` gives an SVG different ids.

    Errors: UsageError if matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError:
        raise UsageError("figures need matplotlib, which is not installed: pip install 'latebloom[figures]'") from None
    settings: Any = {**theme.RC, "svg.hashsalt": salt}
    with matplotlib.rc_context(settings):
        yield


def picture(salt: str, size: tuple[float, float], draw: Callable[[matplotlib.figure.Figure], None], kind: str) -> bytes:
    """Draw on an empty figure of this size (inches) and return the file's bytes in this format; ``salt``: see
    `look`."""
    with look(salt):
        from matplotlib.figure import Figure

        paper, buffer = Figure(figsize=size), BytesIO()
        draw(paper)
        paper.savefig(buffer, format=kind, metadata=_METADATA[kind])
        return buffer.getvalue()


def sequential() -> matplotlib.colors.Colormap:
    """White to deep blue, for quantities from 0 up."""
    return _blend("sequential", theme.SEQUENTIAL)


def diverging() -> matplotlib.colors.Colormap:
    """Brown through white to blue, for signed quantities."""
    return _blend("diverging", theme.DIVERGING)


def _blend(name: str, colours: Sequence[str]) -> matplotlib.colors.Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(name, list(colours))
