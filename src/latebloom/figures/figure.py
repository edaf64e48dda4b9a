"""What a figure is: pure data from a run, and a drawing of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from latebloom.figures.source import FigureSource

if TYPE_CHECKING:
    import matplotlib.figure

D = TypeVar("D")

Chapter = Literal["training", "circuit", "growth"]


@dataclass(frozen=True)
class Figure(Generic[D]):
    """One figure of the report.

    name: kebab-case, what `latebloom figure NAME` takes. chapter: of the report that holds it. caption: what it shows
    and how to read it, for any run. data: numbers alone, no drawing; UsageError where they are undefined for this
    run. says: one sentence on these data. draw: the data on an empty matplotlib figure. size: of the data, width and
    height in inches.
    """

    name: str
    chapter: Chapter
    title: str
    caption: str
    data: Callable[[FigureSource], D]
    says: Callable[[D], str]
    draw: Callable[[matplotlib.figure.Figure, D], None]
    size: Callable[[D], tuple[float, float]]


def fixed(width: float, height: float) -> Callable[[object], tuple[float, float]]:
    """A size that does not depend on the data, in inches."""
    return lambda data: (width, height)
