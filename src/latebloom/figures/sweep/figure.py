"""A figure of a sweep: data from a table of runs and a drawing of the data; also the step axis of several figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom._text import whole
from latebloom.figures import canvas

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    import pandas

D = TypeVar("D")


@dataclass(frozen=True)
class SweepFigure(Generic[D]):
    """One figure of many runs; name, title, caption, says, draw and size as in `latebloom.figures.Figure`.

    fields: the smallest and the largest number of fields of the experiment (columns of the table) on its axes. data:
    computes numbers from the table and those columns; UsageError if they are undefined for these runs.
    """

    name: str
    title: str
    caption: str
    fields: tuple[int, int]
    data: Callable[[pandas.DataFrame, tuple[str, ...]], D]
    says: Callable[[D], str]
    draw: Callable[[matplotlib.figure.Figure, D], None]
    size: Callable[[D], tuple[float, float]]

    def data_of(self, table: pandas.DataFrame, *fields: str) -> D:
        """The data for these fields. Errors: UsageError for too many or too few fields."""
        least, most = self.fields
        if not least <= len(fields) <= most:
            expected = str(least) if least == most else f"{least} to {most}"
            got = ", ".join(fields) or "none"
            raise UsageError(f"figure {self.name}: got {got}, expected {expected} fields, each with --by")
        return self.data(table, fields)


SWEEP_FIGURES: Registry[SweepFigure[Any]] = Registry("figure")
"""Every figure of a sweep by name."""


def drawn(figure: SweepFigure[Any], data: Any, kind: str = "svg") -> bytes:
    """The figure of these data as an image; the same data give the same bytes."""
    return canvas.picture(f"sweep-{figure.name}", figure.size(data), lambda paper: figure.draw(paper, data), kind)


def log_steps(axes: matplotlib.axes.Axes, label: str) -> None:
    """Put steps on a vertical log scale with ticks at 1, 2 and 5 times a power of ten, written in full."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, position: whole(value)))
    axes.set_ylabel(label)
    axes.grid(axis="y")
