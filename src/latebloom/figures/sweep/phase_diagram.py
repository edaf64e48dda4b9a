"""What becomes of the runs over two fields: comprehension, grokking, memorisation or confusion."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from latebloom.figures import theme
from latebloom.figures.sweep.columns import level_text, levels, maybe_numbers, with_values
from latebloom.figures.sweep.figure import SweepFigure
from latebloom.statistics import OUTCOMES, Cell, PhaseDiagram, outcome, phase_diagram

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    import pandas

UNDECIDED = "undecided"
_COLOURS = {
    "comprehension": "#8fd0b9",
    "grokking": "#8dbbe3",
    "memorisation": "#f4cd87",
    "confusion": "#c9ced6",
    UNDECIDED: "#ffffff",
}
_LETTERS = {"comprehension": "C", "grokking": "G", "memorisation": "M", "confusion": "X", UNDECIDED: "?"}
_WIDTH, _HEIGHT = 0.92, 0.9  # of a tile, in cells
_READABLE = 0.13  # of a band; a lower one has no room for its letter


@dataclass(frozen=True, eq=False)
class Diagram:
    """The fields to the right and upwards, and the cells."""

    x: str
    y: str
    diagram: PhaseDiagram


def data(table: pandas.DataFrame, fields: tuple[str, ...]) -> Diagram:
    """From ``step``, ``train_reached`` and ``test_reached``.

    Every run's budget is its ``training.steps`` where that is a column, else the most steps that any run did.
    """
    x, y = fields
    table = with_values(table, ["step", x, y])
    train, test = maybe_numbers(table, "train_reached"), maybe_numbers(table, "test_reached")
    done = table["step"].to_numpy(dtype=float)
    budget = table["training.steps"].to_numpy(dtype=float) if "training.steps" in table else [done.max()] * len(done)
    found = [outcome(a, b, float(c), float(d)) for a, b, c, d in zip(train, test, done, budget)]
    return Diagram(x, y, phase_diagram(levels(table, x), levels(table, y), found))


def says(diagram: Diagram) -> str:
    """How many cells each outcome has the majority in."""
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
    """A tile per cell, cut into bands by the runs' outcomes, each with its letter and number of runs."""
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
    """Tall enough for five bands in a tile."""
    return 8.6, 1.2 + max(2.4, 0.78 * len(diagram.diagram.y_levels))


FIGURE = SweepFigure(
    name="phase-diagram",
    title="Comprehension, grokking, memorisation, confusion",
    caption=(
        "What became of the runs at each pair of values. C, comprehension: train and test accuracy reach 90 % less "
        "than 1000 steps apart. G, grokking: both reach it, test later than that. M, memorisation: train alone. "
        "X, confusion: not even train. ?: the run ended too early to tell. The bands of a tile are its runs. After "
        "Liu et al. 2022, whose thresholds these are."
    ),
    fields=(2, 2),
    data=data,
    says=says,
    draw=draw,
    size=_size,
)
