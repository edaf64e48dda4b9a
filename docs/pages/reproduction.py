"""docs/reproduction.md: every claim with its verdict, and the steps of each training, for each budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from latebloom.claims import JUDGING, NULL, STATES
from latebloom.explorer.reproduction import NOT_COMPARABLE, basis, measured, ours, published, spread
from latebloom.lab.reproduce import Reproduction
from latebloom.lab.reproduce.result import ClaimResult, Picture, SystemResult

from .paths import BUDGETS, REPRODUCTION
from .templating import render


@dataclass(frozen=True)
class Chapter:
    """One system: what was trained, its claims, and its drawings."""

    system: SystemResult
    claims: Sequence[ClaimResult]

    @property
    def drawings(self) -> list[Picture]:
        """The pictures that have a file."""
        return [picture for picture in self.system.pictures if picture.file]


@dataclass(frozen=True)
class Budget:
    """A stored result, ordered for the page."""

    result: Reproduction

    @property
    def counts(self) -> dict[str, int]:
        """How many claims have each verdict."""
        return {state: self.result.count(state) for state in STATES}

    @property
    def chapters(self) -> list[Chapter]:
        """The systems that were trained, in the order of the claims."""
        systems = {system.name: system for system in self.result.systems}
        order = dict.fromkeys(claim.system for claim in self.result.claims if claim.system in systems)
        return [Chapter(systems[name], [c for c in self.result.claims if c.system == name]) for name in order]

    @property
    def not_trained(self) -> list[ClaimResult]:
        """Claims about systems that this budget has not trained."""
        trained = {system.name for system in self.result.systems}
        return [claim for claim in self.result.claims if claim.system not in trained]


def reproduction_page() -> str:
    """docs/reproduction.md."""
    words = {"measured": measured, "spread": spread, "basis": basis, "published": published, "ours": ours}
    return render(
        "reproduction",
        budgets=[Budget(result) for result in read_results()],
        beside=NOT_COMPARABLE,
        judging=JUDGING,
        null=NULL,
        **words,
    )


def read_results() -> list[Reproduction]:
    """The stored results, the full budget first."""
    paths = [REPRODUCTION / f"{budget}.json" for budget in BUDGETS]
    return [Reproduction.model_validate_json(path.read_bytes()) for path in paths if path.exists()]
