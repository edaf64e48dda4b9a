"""docs/measures.md: the figures of `explain`, the columns that `measure` stores, and the rules of the phases."""

from __future__ import annotations

from collections.abc import Iterable

from latebloom.phases import EXCLUDED_PARTS, RESTRICTED_HALVES
from latebloom.phases.detect import PHASE_RULES, RULES
from latebloom.phases.progress import EXCLUDED_RULE, RESTRICTED_RULE

from .columns import Column, columns_by_family
from .paths import BENCHMARKS
from .stored import Machine, Stored
from .templating import render


class Count(Stored):
    """How often a boundary was compared, moved as far as its interval or farther, and was lost; its largest move."""

    compared: int
    beyond: int
    lost: int
    largest: float | None


class Of(Stored):
    """The recipe of a run."""

    recipe: str


class Moves(Stored):
    """How far boundaries move when records change: ``benchmarks/boundaries.py``."""

    command: str
    runs: tuple[Of, ...]
    changes: dict[str, dict[str, Count]]
    machine: Machine

    @property
    def recipes(self) -> list[str]:
        """Those of the runs, each once."""
        return list(dict.fromkeys(run.recipe for run in self.runs))


def measures_page() -> str:
    """docs/measures.md."""
    moves = BENCHMARKS / "boundaries.json"
    return render(
        "measures",
        columns={name: table(columns) for name, columns in columns_by_family().items()},
        boundaries={**RULES, RESTRICTED_HALVES: RESTRICTED_RULE, EXCLUDED_PARTS: EXCLUDED_RULE},
        phases=PHASE_RULES,
        moves=Moves.model_validate_json(moves.read_bytes()) if moves.exists() else None,
    )


def table(columns: Iterable[Column]) -> str:
    """The columns of one family, as Markdown; a placeholder such as ``{k}`` is printed as it stands."""
    return render("columns", columns=list(columns)).rstrip()
