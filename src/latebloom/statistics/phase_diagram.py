"""What becomes of runs over two fields of a grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom.statistics.outcome import OUTCOMES, Outcome

Level = float | str


class Cell(Config):
    """The runs at one pair of levels. shares: of the decided runs, by outcome; empty where none is decided.

    majority: the outcome of more runs than any other; None where there is none, and ``reason`` says why.
    """

    x: Level
    y: Level
    n: int
    undecided: int
    shares: dict[Outcome, float]
    majority: Outcome | None
    reason: str | None = None


class PhaseDiagram(Config):
    """Levels of both fields in order, and the cells that hold runs, by y and then x."""

    x_levels: tuple[Level, ...]
    y_levels: tuple[Level, ...]
    cells: tuple[Cell, ...]

    def cell(self, x: Level, y: Level) -> Cell | None:
        """The cell at these levels, or None where there are no runs."""
        return next((cell for cell in self.cells if cell.x == x and cell.y == y), None)


def phase_diagram(x: Sequence[Level], y: Sequence[Level], outcomes: Sequence[Outcome | None]) -> PhaseDiagram:
    """Majority and shares over the runs of every cell; one entry per run in each argument (outcome None: undecided).

    Levels are sorted, numbers before words. Limits: a majority of three seeds is weak; ``n`` says how many there are.
    Errors: UsageError where the three differ in length.
    """
    if not len(x) == len(y) == len(outcomes):
        raise UsageError(
            f"phase diagram: got {len(x)}, {len(y)} and {len(outcomes)} entries, expected one of each per run"
        )
    members: dict[tuple[Level, Level], list[Outcome | None]] = {}
    for place, found in zip(zip(x, y), outcomes):
        members.setdefault(place, []).append(found)
    columns, rows = sorted(set(x), key=_order), sorted(set(y), key=_order)
    cells = (_cell(a, b, members[a, b]) for b in rows for a in columns if (a, b) in members)
    return PhaseDiagram(x_levels=tuple(columns), y_levels=tuple(rows), cells=tuple(cells))


def _order(level: Level) -> tuple[bool, float, str]:
    """Numbers by size, then words by letter."""
    return (True, 0.0, level) if isinstance(level, str) else (False, level, "")


def _cell(x: Level, y: Level, outcomes: Sequence[Outcome | None]) -> Cell:
    counts = Counter(found for found in outcomes if found is not None)
    decided = counts.total()
    best = [name for name in OUTCOMES if counts[name] == max(counts.values(), default=0)]
    reason = None
    if decided == 0:
        reason = "no run went on to its budget or generalised"
    elif len(best) > 1:
        reason = f"a tie of {' and '.join(best)}"
    return Cell(
        x=x,
        y=y,
        n=len(outcomes),
        undecided=len(outcomes) - decided,
        shares={name: counts[name] / decided for name in OUTCOMES} if decided else {},
        majority=best[0] if reason is None else None,
        reason=reason,
    )
