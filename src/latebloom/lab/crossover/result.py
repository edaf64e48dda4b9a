"""The result of a search for the crossover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import model_validator

from latebloom._config import Config
from latebloom.lab.crossover.bisect import Range
from latebloom.phases.outcome import DELAY, LEARNED_ACCURACY, OUTCOMES, OutcomeName
from latebloom.statistics.crossover import EDGES, Edge, Outcomes, find_edge, majority

RULE = (
    f"train and test accuracy {LEARNED_ACCURACY:.0%}; grokked: test at {DELAY:g} times the step of train or later "
    "(`latebloom.phases.outcome`)"
)
LIU = (
    "train and test accuracy 90 %; grokked: test {delay:g} steps or more after train (Liu et al. 2022, table 1). This "
    "rule applied when these runs were judged; it differs from the current rule"
)
_LIU_NAMES = {
    "grokking": "grokked",
    "comprehension": "generalised at once",
    "memorisation": "memorised",
    "confusion": "learned nothing",
}

SearchEnd = Literal["done", "runs spent", "minutes spent", "interrupted", "failed"]


class Tried(Config):
    """One size: the outcomes of its repeats by seed (None: undecided), and their majority on the question of each
    edge.
    """

    size: float
    outcomes: tuple[OutcomeName | None, ...]
    generalises: bool | None
    at_once: bool | None

    @property
    def text(self) -> str:
        """For example ``3 grokked``, or ``1 grokked, 1 memorised (no majority on: generalises)``."""
        counts: Counter[str] = Counter(outcome or "undecided" for outcome in self.outcomes)
        text = ", ".join(f"{counts[name]} {name}" for name in (*OUTCOMES, "undecided") if counts[name])
        open_edges = [name for name, answer in zip(EDGES, (self.generalises, self.at_once)) if answer is None]
        return f"{text} (no majority on: {', '.join(open_edges)})" if open_edges else text


class Crossover(Config):
    """Both edges of grokking, and every size that was tried.

    lower: from not generalising to generalising (the crossover of the write-up); upper: from grokking to generalising
    at once. ended: "done" if the brackets are within the tolerance, else why the search ended. trained: number of runs
    that this call trained; the other runs existed. rule: the rule that decided the outcomes; `LIU` in results stored
    before `latebloom.phases.outcome` defined them.
    """

    field: str
    within: Range
    sizes: tuple[Tried, ...]
    lower: Edge
    upper: Edge
    ended: SearchEnd
    message: str | None = None
    trained: int = 0
    rule: str = RULE

    @model_validator(mode="before")
    @classmethod
    def _stored_before(cls, stored: Any) -> Any:
        """Read results with the outcome names and the rule of Liu et al."""
        if not isinstance(stored, dict) or "delay" not in stored:
            return stored
        sizes = [size | {"outcomes": [_LIU_NAMES.get(o, o) for o in size["outcomes"]]} for size in stored["sizes"]]
        rule = LIU.format(delay=stored["delay"])
        return {name: value for name, value in stored.items() if name != "delay"} | {"sizes": sizes, "rule": rule}

    @classmethod
    def of(
        cls,
        field: str,
        within: Range,
        tried: Outcomes,
        ended: SearchEnd,
        message: str | None,
        trained: int,
    ) -> Crossover:
        """The edges of these outcomes."""
        sizes = tuple(with_majorities(size, tried[size]) for size in sorted(tried))
        lower, upper = (find_edge(name, tried) for name in EDGES)
        return cls(
            field=field,
            within=within,
            sizes=sizes,
            lower=lower,
            upper=upper,
            ended=ended,
            message=message,
            trained=trained,
        )

    def rows(self) -> list[tuple[str, str]]:
        """Quantity and value: each size, then each edge, the state of the search, and the rule of the outcomes."""
        sizes = [(f"{self.field} {tried.size:g}", tried.text) for tried in self.sizes]
        return [
            *sizes,
            ("crossover", edge_text(self.lower)),
            ("at once", edge_text(self.upper)),
            ("search", self._search()),
            ("outcomes", self.rule),
        ]

    def _search(self) -> str:
        unit = "doublings" if self.within.whole else "of all examples"
        ends = f"{self.ended} ({self.message})" if self.message else self.ended
        again = "" if self.ended == "done" else "; the same command continues"
        return f"{ends}, to {self.within.tolerance:g} {unit}{again}"


def with_majorities(size: float | int, outcomes: Sequence[OutcomeName | None]) -> Tried:
    """A size with its outcomes and the majority for each edge."""
    generalises, at_once = (majority(name, outcomes) for name in EDGES)
    return Tried(size=size, outcomes=tuple(outcomes), generalises=generalises, at_once=at_once)


_SIDES = {
    "generalises": ("does not generalise up to", "generalises from"),
    "at once": ("not at once up to", "generalises at once from"),
}


def edge_text(edge: Edge) -> str:
    """One edge as text."""
    below, above = _SIDES[edge.name]
    if edge.standing == "found":
        text = f"{below} {edge.low:g}, {above} {edge.high:g}"
        inside = ", ".join(f"{size:g}" for size in edge.unanswered)
        text += f"; no majority between, at {inside}" if inside else ""
    else:
        text = f"not found in the range: {edge.reason}"
    against = ", ".join(f"{size:g}" for size in edge.against)
    return f"{text}; against the order: {against}" if against else text
