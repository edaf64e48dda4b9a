"""docs/reproduction.md, one table of every claim, and docs/reproduction-details.md, what each verdict stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from latebloom.claims import CLAIMS, JUDGING, NULL, STATES, Results
from latebloom.claims.quantity import Measurement
from latebloom.explorer.reproduction import FAILS, NOT_COMPARABLE, basis, measured, ours, published, spread, together
from latebloom.lab.finding import outlook
from latebloom.lab.reproduce import Reproduction
from latebloom.lab.reproduce.result import ClaimResult, Picture, SystemResult

from .paths import BUDGETS, QUANTITIES, REPRODUCTION
from .templating import render


@dataclass(frozen=True)
class Chapter:
    """One system: its title, what was trained (None where nothing was), and its claims."""

    title: str
    system: SystemResult | None
    claims: Sequence[ClaimResult]

    @property
    def measured(self) -> list[ClaimResult]:
        """The claims with a verdict."""
        return [claim for claim in self.claims if claim.state != "not measured"]

    @property
    def missing(self) -> list[ClaimResult]:
        """The claims without one."""
        return [claim for claim in self.claims if claim.state == "not measured"]

    @property
    def drawings(self) -> list[Picture]:
        """The pictures that have a file."""
        return [picture for picture in self.system.pictures if picture.file] if self.system else []


@dataclass(frozen=True)
class Difference:
    """A claim that two budgets judge differently."""

    sentence: str
    full: str
    quick: str


@dataclass(frozen=True)
class Budget:
    """A stored result, ordered for the page."""

    result: Reproduction

    @property
    def counts(self) -> dict[str, int]:
        """How many claims have each verdict."""
        return {state: self.result.count(state) for state in STATES}

    @property
    def newest(self) -> str:
        """The date of the newest stored run of the systems that it has, in ISO form."""
        stored = Results(QUANTITIES)
        dates = [record.date for system in self.result.systems for record in stored.read(system.name)]
        return max(dates).date().isoformat()

    @property
    def chapters(self) -> list[Chapter]:
        """The systems that were trained, in the order of the claims, then the claims about others."""
        systems = {system.name: system for system in self.result.systems}
        order = dict.fromkeys(claim.system for claim in self.result.claims if claim.system in systems)
        of = {name: [c for c in self.result.claims if c.system == name] for name in order}
        chapters = [Chapter(systems[name].title, systems[name], claims) for name, claims in of.items()]
        rest = [claim for claim in self.result.claims if claim.system not in systems]
        return [*chapters, Chapter("Not trained in this budget", None, rest)] if rest else chapters


def reproduction_page() -> str:
    """docs/reproduction.md."""
    full, quick = (Budget(result) for result in read_results())
    return render(
        "reproduction",
        full=full,
        quick=quick,
        differences=differences(full, quick),
        spread=spread,
        outlook=what_more_runs_do,
        judging=JUDGING,
        fails=FAILS,
    )


def details_page() -> str:
    """docs/reproduction-details.md, for the largest budget."""
    words = {"measured": measured, "spread": spread, "basis": basis, "published": published, "ours": ours}
    words |= {"outlook": what_more_runs_do, "compared": compared, "together": together}
    numbers = {claim.id: claim.number for claim in CLAIMS.values()}
    budget = Budget(read_results()[0])
    return render("reproduction-details", budget=budget, numbers=numbers, beside=NOT_COMPARABLE, null=NULL, **words)


def compared(claim: ClaimResult) -> list[tuple[str, str]]:
    """What a claim about many runs compares, each number with its interval; empty where that is one number alone."""
    terms = getattr(CLAIMS.get(claim.id), "statistics", ())
    if len(terms) < 2:
        return []
    return [(term.formula, _statistic(claim.statistics[term.name])) for term in terms if term.name in claim.statistics]


def _statistic(found: Measurement) -> str:
    if found.value is None:
        return found.reason or "undefined"
    return measured(found) if isinstance(found.value, float) else str(found.value)


def what_more_runs_do(claim: ClaimResult) -> str | None:
    """How many runs would decide an undecided claim, in words."""
    return outlook(CLAIMS[claim.id], claim) if claim.id in CLAIMS else None


def differences(full: Budget, quick: Budget) -> list[Difference]:
    """The claims on which both budgets have a verdict, and not the same one."""
    short = {claim.id: claim.state for claim in quick.result.measured}
    return [
        Difference(claim.sentence, claim.state, short[claim.id])
        for claim in full.result.measured
        if short.get(claim.id, claim.state) != claim.state
    ]


def read_results() -> list[Reproduction]:
    """The stored results, the full budget first."""
    paths = [REPRODUCTION / f"{budget}.json" for budget in BUDGETS]
    return [_parsed(path.read_bytes()) for path in paths if path.exists()]


@lru_cache(maxsize=len(BUDGETS))
def _parsed(content: bytes) -> Reproduction:
    """Several pages read the same results, and parsing takes longer than reading."""
    return Reproduction.model_validate_json(content)
