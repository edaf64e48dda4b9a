"""The outcomes of runs over two fields of a grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom.phases.outcome import OUTCOMES, OutcomeName

Level = float | str


def decided(name: OutcomeName | None, done: float | int, budget: float | int) -> OutcomeName | None:
    """The outcome after ``done`` steps if training up to the ``budget`` (steps) cannot change it, else None."""
    return name if name in ("grokked", "generalised at once") or done >= budget else None


class Cell(Config):
    """The runs at one pair of levels. shares: of the decided runs, by outcome; empty where none is decided.

    majority: the most frequent outcome; None for a tie or without decided runs, with the ``reason``.
    """

    x: Level
    y: Level
    n: int
    undecided: int
    shares: dict[OutcomeName, float]
    majority: OutcomeName | None
    reason: str | None = None


class PhaseDiagram(Config):
    """Levels of both fields in order, and the cells that contain runs, sorted by y and then x."""

    x_levels: tuple[Level, ...]
    y_levels: tuple[Level, ...]
    cells: tuple[Cell, ...]

    def cell(self, x: Level, y: Level) -> Cell | None:
        """The cell at these levels, or None where there are no runs."""
        return next((cell for cell in self.cells if cell.x == x and cell.y == y), None)


def phase_diagram(x: Sequence[Level], y: Sequence[Level], outcomes: Sequence[OutcomeName | None]) -> PhaseDiagram:
    """Majority and shares over the runs of every cell; one entry per run in each argument (outcome None: undecided).

    Levels are sorted, numbers before words. Limits: a majority of three seeds is weak evidence; see ``n``.
    Errors: UsageError where the three differ in length.
    """
    if not len(x) == len(y) == len(outcomes):
        raise UsageError(
            f"phase diagram: got {len(x)}, {len(y)} and {len(outcomes)} entries, expected one of each per run"
        )
    members: dict[tuple[Level, Level], list[OutcomeName | None]] = {}
    for place, name in zip(zip(x, y), outcomes):
        members.setdefault(place, []).append(name)
    columns, rows = sorted(set(x), key=_order), sorted(set(y), key=_order)
    cells = (_cell(a, b, members[a, b]) for b in rows for a in columns if (a, b) in members)
    return PhaseDiagram(x_levels=tuple(columns), y_levels=tuple(rows), cells=tuple(cells))


def _order(level: Level) -> tuple[bool, float, str]:
    """Numbers by size, then words in alphabetical order."""
    return (True, 0.0, level) if isinstance(level, str) else (False, level, "")


def _cell(x: Level, y: Level, outcomes: Sequence[OutcomeName | None]) -> Cell:
    counts = Counter(name for name in outcomes if name is not None)
    decided = counts.total()
    best = [name for name in OUTCOMES if counts[name] == max(counts.values(), default=0)]
    reason = None
    if decided == 0:
        reason = "no run reached its budget or generalised"
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
