"""Outcomes of runs over two fields: grokked, generalised (at once, partly), memorised, or learned nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from latebloom.figures import theme
from latebloom.figures.sweep.columns import level_text, levels, outcomes, with_values
from latebloom.figures.sweep.figure import SweepFigure
from latebloom.phases.outcome import OUTCOMES
from latebloom.statistics import Cell, PhaseDiagram, phase_diagram

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    import pandas

UNDECIDED = "undecided"
_COLOURS = {
    "grokked": "#8dbbe3",
    "generalised at once": "#8fd0b9",
    "partly generalised": "#d9e8b5",
    "memorised": "#f4cd87",
    "learned nothing": "#c9ced6",
    UNDECIDED: "#ffffff",
}
_LETTERS = {
    "grokked": "G",
    "generalised at once": "A",
    "partly generalised": "P",
    "memorised": "M",
    "learned nothing": "N",
    UNDECIDED: "?",
}
_WIDTH, _HEIGHT = 0.92, 0.9  # of a tile, in cells
_READABLE = 0.13  # least height of a band with a letter


@dataclass(frozen=True, eq=False)
class Diagram:
    """The horizontal and the vertical field, and the cells."""

    x: str
    y: str
    diagram: PhaseDiagram


def data(table: pandas.DataFrame, fields: tuple[str, ...]) -> Diagram:
    """From ``outcome`` and ``step``, and ``training.steps`` if it is a column; see `outcomes`."""
    x, y = fields
    table = with_values(table, ["step", x, y])
    return Diagram(x, y, phase_diagram(levels(table, x), levels(table, y), outcomes(table)))


def says(diagram: Diagram) -> str:
    """The number of cells in which each outcome has the majority."""
    cells = diagram.diagram.cells
    counts = Counter(cell.majority for cell in cells)
    parts = [f"{name} in {counts[name]} cells" for name in OUTCOMES if counts[name]]
    parts += [f"a tie, or undecided, in {counts[None]}"] if counts[None] else []
    runs = sum(cell.n for cell in cells)
    return f"{runs} runs in {len(cells)} cells. Outcome of most runs of a cell: {', '.join(parts)}."


def _counts(cell: Cell) -> dict[str, int]:
    """Runs of the cell by outcome."""
    decided = cell.n - cell.undecided
    return {name: round(share * decided) for name, share in cell.shares.items()} | {UNDECIDED: cell.undecided}


def draw(figure: matplotlib.figure.Figure, diagram: Diagram) -> None:
    """A tile per cell, divided into bands by outcome, each with its letter and number of runs."""
    axes = figure.subplots()
    table = diagram.diagram
    for cell in table.cells:
        _draw_cell(axes, cell, table.x_levels.index(cell.x), table.y_levels.index(cell.y))
    axes.set_xlim(-0.5, len(table.x_levels) - 0.5)
    axes.set_ylim(-0.5, len(table.y_levels) - 0.5)
    axes.set_xticks(range(len(table.x_levels)), [level_text(level) for level in table.x_levels])
    axes.set_yticks(range(len(table.y_levels)), [level_text(level) for level in table.y_levels])
    axes.set_xlabel(diagram.x)
    axes.set_ylabel(diagram.y)
    axes.tick_params(length=0)
    _legend(figure, table)


def _draw_cell(axes: matplotlib.axes.Axes, cell: Cell, column: int, row: int) -> None:
    bottom = row - _HEIGHT / 2
    for name, count in _counts(cell).items():
        height = _HEIGHT * count / cell.n
        if not count:
            continue
        hatch = "////" if name == UNDECIDED else None
        axes.bar(column, height, _WIDTH, bottom, color=_COLOURS[name], hatch=hatch, ec=theme.FAINT, lw=0.5)
        if height >= _READABLE:
            text, box = f"{_LETTERS[name]} {count}", {"facecolor": _COLOURS[name], "lw": 0, "pad": 0}
            axes.text(column, bottom + height / 2, text, ha="center", va="center_baseline", fontsize=8, bbox=box)
        bottom += height


def _legend(figure: matplotlib.figure.Figure, table: PhaseDiagram) -> None:
    from matplotlib.patches import Patch

    totals: Counter[str] = Counter()
    for cell in table.cells:
        totals.update(_counts(cell))
    patches = [
        Patch(facecolor=_COLOURS[name], edgecolor=theme.FAINT, label=f"{_LETTERS[name]}  {name} (n = {totals[name]})")
        for name in (*OUTCOMES, UNDECIDED)
        if totals[name] or name != UNDECIDED
    ]
    figure.legend(handles=patches, loc="outside upper left", ncols=5, frameon=False, fontsize=8, columnspacing=1.2)


def _size(diagram: Diagram) -> tuple[float, float]:
    """Tall enough for six bands in a tile."""
    return 8.6, 1.2 + max(2.4, 0.78 * len(diagram.diagram.y_levels))


FIGURE = SweepFigure(
    name="phase-diagram",
    title="Outcomes over two fields",
    caption=(
        "The outcomes of the runs at each pair of values, one band per outcome. G, grokked: test accuracy reached 99 "
        "% and stayed there, at twice the step of train accuracy or later. A, generalised at once: earlier. P, "
        "partly generalised: test accuracy ends between guessing and 99 %. M, memorised: train accuracy alone reached"
        " 99 %. N, learned nothing. ?: the run ended before its last step, or has no test set."
    ),
    fields=(2, 2),
    data=data,
    says=says,
    draw=draw,
    size=_size,
)
