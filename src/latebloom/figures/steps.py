"""Axes over training steps: phases as labelled bands, losses on a log scale, labels at the ends of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from latebloom._text import SUPERSCRIPT, whole
from latebloom.figures import theme
from latebloom.figures.line_names import name_lines, spread
from latebloom.phases import Phases, Series

if TYPE_CHECKING:
    import matplotlib.axes

_LETTER = 0.0098
"""Width of a letter in a phase's name, in widths of the axes, for figures as wide as the report."""

_BOUNDARY_GAP = 0.017
"""Smallest distance between the names of two boundaries, which are written upwards, in widths of the axes."""


@dataclass(frozen=True, eq=False)
class Line:
    """One curve; ``label`` is written where it ends."""

    name: str
    label: str
    series: Series


@dataclass(frozen=True, eq=False)
class Curves:
    """Curves over steps, the phases to mark, and the loss of guessing (ln p) if it is known."""

    lines: tuple[Line, ...]
    phases: Phases
    chance: float | None = None

    @property
    def end(self) -> float:
        """The last step of any curve."""
        return max(float(line.series.step[-1]) for line in self.lines)


@dataclass(frozen=True)
class Stroke:
    """Colour, width and dash of a curve."""

    colour: str
    width: float = 1.6
    dash: tuple[int, tuple[int, ...]] | str = "-"


def draw_curves(
    axes: matplotlib.axes.Axes,
    curves: Curves,
    strokes: Mapping[str, Stroke],
    named: Sequence[str] | None = None,
    phase_names: bool = True,
) -> None:
    """Draw every line in its stroke with a label at its end (``named``: only at these lines), and mark the phases."""
    for line in curves.lines:
        stroke = strokes[line.name]
        step, value = line.series.step, np.where(line.series.value > 0, line.series.value, np.nan)
        axes.plot(step, value, color=stroke.colour, lw=stroke.width, ls=stroke.dash, label=line.label, zorder=3)
    axes.set_xlim(0, max(curves.end, 1))
    axes.grid(axis="y")
    mark_phases(axes, curves.phases, curves.end, phase_names)
    shown = [line for line in curves.lines if named is None or line.name in named]
    ends = [(line.label, line.series, strokes[line.name].colour) for line in shown]
    if curves.chance is not None:
        axes.axhline(curves.chance, color=theme.CHANCE, lw=1, ls=(0, (1, 2)), zorder=2)
        guessing = Series(np.array([curves.end]), np.array([curves.chance]))
        ends.append((f"guessing: {curves.chance:.2f}", guessing, theme.CHANCE))
    name_lines(axes, ends)


def log_scale(axes: matplotlib.axes.Axes, label: str) -> None:
    """Make the y axis logarithmic, labelled 10⁻⁷, 10⁻⁶ … Call this before `draw_curves`."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_yscale("log")
    axes.set_ylabel(label)
    axes.yaxis.set_major_locator(LogLocator(numticks=8))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, position: power_of_ten(value)))


def power_of_ten(value: float | int) -> str:
    """``10⁻⁷`` in plain characters, which every font has; 0.001 … 1000 and other values as they are."""
    exponent = round(np.log10(value)) if value > 0 else 0
    exact = value > 0 and np.isclose(value, 10.0**exponent)
    return f"10{str(exponent).translate(SUPERSCRIPT)}" if exact and abs(exponent) > 3 else f"{value:g}"


def step_axis(axes: matplotlib.axes.Axes) -> None:
    """Label the x axis, with spaces between thousands."""
    from matplotlib.ticker import FuncFormatter

    axes.set_xlabel("training step")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, position: whole(value)))


def mark_phases(axes: matplotlib.axes.Axes, phases: Phases, end: float, named: bool = True) -> None:
    """Draw a tinted band per phase with its name above its start, and a dashed line at each boundary with its name."""
    taken: list[float] = []
    for phase in phases.phases:
        stop = end if phase.end is None else min(phase.end, end)
        axes.axvspan(phase.start, stop, color=theme.PHASES[phase.name], lw=0, zorder=0)
        if named:
            _name_phase(axes, phase.name, phase.start / end, taken)
    reached = [(step / end, boundary.name) for step, boundary in phases.reached if 0 < step <= end]
    for place, _ in reached:
        axes.axvline(place * end, color=theme.MUTED, lw=0.8, ls=(0, (4, 3)), zorder=1)
    if named:
        places = spread([place for place, _ in reached], _BOUNDARY_GAP)
        for place, (_, name) in zip(places, reached):
            axes.text(
                place, 0.02, name, transform=axes.transAxes, fontsize=6.5, color=theme.MUTED, rotation=90, zorder=2
            )


def _name_phase(axes: matplotlib.axes.Axes, name: str, start: float, taken: list[float]) -> None:
    """Write a name in the lowest row where it fits; ``taken``: the end of the last name in each row."""
    start = min(start, 1 - _LETTER * len(name))
    row = next((i for i, stop in enumerate(taken) if stop < start), len(taken))
    taken[row : row + 1] = [start + _LETTER * (len(name) + 2)]
    place = (start, 1.025 + 0.055 * row)
    axes.text(*place, name, transform=axes.transAxes, fontsize=8, color=theme.MUTED, style="italic", va="bottom")
