"""What a figure of a sweep is: pure data from a table of runs, and a drawing of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom.figures import canvas

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas

D = TypeVar("D")


@dataclass(frozen=True)
class SweepFigure(Generic[D]):
    """One figure of many runs; name, title, caption, says, draw and size as of `latebloom.figures.Figure`.

    fields: how many fields of the experiment it is drawn over (columns of the table), at least and at most. data:
    numbers alone, from the table and those columns; UsageError where they are undefined for these runs.
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
        """`data`, if there are as many fields as it takes. Errors: UsageError if not."""
        least, most = self.fields
        if not least <= len(fields) <= most:
            expected = str(least) if least == most else f"{least} to {most}"
            got = ", ".join(fields) or "none"
            raise UsageError(f"figure {self.name}: got {got}, expected {expected} fields, each with --by")
        return self.data(table, fields)


SWEEP_FIGURES: Registry[SweepFigure[Any]] = Registry("figure")
"""Every figure of a sweep by name."""


def drawn(figure: SweepFigure[Any], data: Any, kind: str = "svg") -> bytes:
    """These data of a figure, drawn; the same data give the same bytes."""
    return canvas.picture(f"sweep-{figure.name}", figure.size(data), lambda paper: figure.draw(paper, data), kind)
