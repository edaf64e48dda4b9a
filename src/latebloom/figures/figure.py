"""Figures: data computed from a run, and a function that draws them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom.analysis import Analysis
from latebloom.tasks import Task

if TYPE_CHECKING:
    import matplotlib.figure

D = TypeVar("D")

Chapter = Literal["training", "circuit", "growth"]


def any_task(task: Task) -> bool:
    """True: most figures are drawn for every task of their family."""
    return True


@dataclass(frozen=True)
class Figure(Generic[D]):
    """One figure of the report.

    name: in kebab-case, the argument of `latebloom figure NAME`. chapter: of the report in which it stands. caption:
    what it shows and how to read it, for any run. data: returns numbers, without drawing; raises UsageError if they are
    undefined for this run. says: returns one sentence about these data. draw: draws the data on an empty matplotlib
    figure. size: returns width and height in inches for the data. family: name of the family of tasks whose runs it
    shows; None for every run. fits: selects tasks of that family. needs: a series that is measured only where it is
    asked for; the report of a run without it leaves the figure out.
    """

    name: str
    chapter: Chapter
    title: str
    caption: str
    data: Callable[[Analysis], D]
    says: Callable[[D], str]
    draw: Callable[[matplotlib.figure.Figure, D], None]
    size: Callable[[D], tuple[float, float]]
    family: str | None = None
    fits: Callable[[Task], bool] = any_task
    needs: str | None = None

    def is_for(self, analysis: Analysis) -> bool:
        """Whether the report of this run contains it."""
        there = self.needs is None or analysis.series(self.needs) is not None
        return there and self.family in (None, analysis.family.name) and self.fits(analysis.task)

    def data_of(self, analysis: Analysis) -> D:
        """The data of a run, computed once. Errors: UsageError for a run of another family, or from ``data``."""
        if self.family not in (None, analysis.family.name):
            raise UsageError(
                f"figure {self.name}: got a run of {analysis.task.name}, expected one of the family {self.family}"
            )
        return analysis.get(self.data)


FIGURES: Registry[Figure[Any]] = Registry("figure")
"""Every figure of a run by name, in the order of the report."""


def fixed(width: float | int, height: float | int) -> Callable[[object], tuple[float, float]]:
    """A ``size`` in inches that does not depend on the data."""
    size = (float(width), float(height))
    return lambda data: size
