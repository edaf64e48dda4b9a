"""Regions: the part of a claim that says for which values it holds, with the reason for every edge.

A region is compared with the whole 95 % interval of a statistic: inside, outside, or undecided where the interval
crosses its edge. A quantity of one run has no interval; its value alone is compared. The prose of a rule is generated
from its region, so that no threshold is written twice.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from math import isinf
from typing import Any

from latebloom.claims.quantity import Term, Undefined, Values, percent


@dataclass(frozen=True, eq=False, init=False)
class Ratio(Term):
    """One term over another. Steps count as at least 1 below the line, since a run may reach something at step 0."""

    above: Term
    below: Term

    def __init__(self, above: Term, below: Term, formula: str | None = None, unit: str = "times") -> None:
        object.__setattr__(self, "above", above)
        object.__setattr__(self, "below", below)
        text = formula or f"the ratio of {above.formula} to {below.formula}"
        super().__init__(f"{above.name} / {below.name}", unit, text)

    def of(self, values: Values) -> float:
        above, below = float(self.above.of(values)), float(self.below.of(values))
        if self.below.unit == "steps":
            below = max(below, 1.0)
        if below == 0 or above == below == float("inf"):
            raise Undefined(f"{self.formula} is {above:g} / {below:g}")
        return above / below

    def interval(self, values: Values) -> tuple[float, float]:
        """The least and the largest ratio of values in the two intervals, which must be positive."""
        value, above, below = self.of(values), self.above.interval(values), self.below.interval(values)
        if above[0] == above[1] and below[0] == below[1]:
            return value, value
        if above[0] < 0 or below[0] <= 0:
            raise Undefined(f"{self.formula} has an interval only where both are positive")
        return above[0] / below[1], above[1] / below[0]

    def names(self) -> tuple[str, ...]:
        return (*self.above.names(), *self.below.names())


class Region(ABC):
    """A set of values, described in words."""

    @abstractmethod
    def contains(self, values: Values) -> bool:
        """Whether the values lie in it. Errors: Undefined where they do not decide that."""

    @abstractmethod
    def text(self) -> str:
        """The condition as a clause, with the reason for its edge."""

    @abstractmethod
    def terms(self) -> Iterator[Term]:
        """The terms that it compares, in order."""

    def edges(self) -> Iterator[tuple[Term, float]]:
        """Each term that it compares with a number, and that number."""
        return iter(())

    def conditions(self) -> Iterator[Region]:
        """The regions in all of which a value must lie to lie in this one."""
        yield self

    def missed(self, values: Values) -> list[Region]:
        """The conditions that the values do not meet; those that they do not decide are left out."""
        return [condition for condition in self.conditions() if not _open_or(condition, values)]


def _open_or(region: Region, values: Values) -> bool:
    """Whether the values lie in a region, or may."""
    try:
        return region.contains(values)
    except Undefined:
        return True


class Crossing(Undefined):
    """Raised where the interval of a term crosses the edge of a region. edge: in words."""

    def __init__(self, term: Term, ends: tuple[float, float], edge: str) -> None:
        super().__init__(f"the 95 % interval of {term.formula.rstrip(',')}, {extent(*ends, term.unit)}, crosses {edge}")
        self.term, self.ends, self.edge = term, ends, edge


def _agreed(answers: set[bool], term: Term, ends: tuple[float, float], edge: str) -> bool:
    """The one answer; Crossing where both ends of an interval do not agree."""
    if len(answers) > 1:
        raise Crossing(term, ends, edge)
    return answers.pop()


LAST_SHARE = ("at least", 1.0, "share")
"""A bound that only one value meets, so that the words "at least" are left out."""


@dataclass(frozen=True)
class _Bound(Region):
    """A comparison of a term with an edge: a number, or another term. because: where the edge comes from.

    Where both ends of the term's interval compare alike with both ends of the edge's, that is the answer.
    """

    term: Term
    edge: float | Term
    because: str | None = None

    words = ""
    step_words = ""

    def contains(self, values: Values) -> bool:
        ends = self.term.interval(values)
        edges = self.edge.interval(values) if isinstance(self.edge, Term) else (self.edge,)
        answers = {self.compare(end, edge) for end in ends for edge in edges}
        return _agreed(answers, self.term, ends, self._edge_in_words(edges))

    def _edge_in_words(self, edges: tuple[float, ...]) -> str:
        if isinstance(self.edge, Term):
            return f"that of {self.edge.formula.rstrip(',')}, {extent(edges[0], edges[-1], self.edge.unit)}"
        return amount(self.edge, self.term.unit)

    @staticmethod
    @abstractmethod
    def compare(value: float, edge: float) -> bool:
        """Whether a value lies on the right side of the edge."""

    def text(self) -> str:
        return f"{self.term.formula} is {self.condition()}"

    def condition(self) -> str:
        """The words after "is"."""
        if isinstance(self.edge, Term):
            words = self.step_words if self.term.unit == "steps" else self.words
            return f"{words} {self.edge.formula}{_reason(self.because)}"
        edge = amount(self.edge, self.term.unit)
        last = (self.words, self.edge) == ("at most", 0) or (self.words, self.edge, self.term.unit) == LAST_SHARE
        return f"{'' if last else f'{self.words} '}{edge}{_reason(self.because)}"

    def terms(self) -> Iterator[Term]:
        yield self.term
        if isinstance(self.edge, Term):
            yield self.edge

    def edges(self) -> Iterator[tuple[Term, float]]:
        if not isinstance(self.edge, Term):
            yield self.term, self.edge


class AtLeast(_Bound):
    """term ≥ edge."""

    words = "at least"
    step_words = "not before"

    @staticmethod
    def compare(value: float, edge: float) -> bool:
        return value >= edge


class Above(_Bound):
    """term > edge."""

    words = "greater than"
    step_words = "after"

    @staticmethod
    def compare(value: float, edge: float) -> bool:
        return value > edge


class AtMost(_Bound):
    """term ≤ edge."""

    words = "at most"
    step_words = "not after"

    @staticmethod
    def compare(value: float, edge: float) -> bool:
        return value <= edge


class Below(_Bound):
    """term < edge."""

    words = "less than"
    step_words = "before"

    @staticmethod
    def compare(value: float, edge: float) -> bool:
        return value < edge


@dataclass(frozen=True)
class Between(Region):
    """low ≤ term ≤ high."""

    term: Term
    low: float
    high: float
    because: str | None = None

    def contains(self, values: Values) -> bool:
        low, high = self.term.interval(values)
        inside, outside = self.low <= low and high <= self.high, high < self.low or low > self.high
        crossed = self.high if low >= self.low else self.low
        return _agreed({inside, not outside}, self.term, (low, high), amount(crossed, self.term.unit))

    def text(self) -> str:
        ends = f"{amount(self.low, '')} and {amount(self.high, self.term.unit)}"
        return f"{self.term.formula} is between {ends}{_reason(self.because)}"

    def terms(self) -> Iterator[Term]:
        yield self.term

    def edges(self) -> Iterator[tuple[Term, float]]:
        yield from ((self.term, self.low), (self.term, self.high))


@dataclass(frozen=True)
class Is(Region):
    """The term is one of these words."""

    term: Term
    words: tuple[str, ...]

    def contains(self, values: Values) -> bool:
        return self.term.of(values) in self.words

    def text(self) -> str:
        return f"{self.term.formula} is {' or '.join(f'“{word}”' for word in self.words)}"

    def terms(self) -> Iterator[Term]:
        yield self.term


@dataclass(frozen=True)
class Reached(Region):
    """The step was reached: outside where it never was, undecided where it is undefined."""

    term: Term

    def contains(self, values: Values) -> bool:
        return bool(self.term.of(values) != float("inf"))

    def text(self) -> str:
        return f"{self.term.formula} is reached"

    def terms(self) -> Iterator[Term]:
        yield self.term


@dataclass(frozen=True)
class Holds(Region):
    """A yes-or-no quantity (1 or 0) is 1; its formula is a whole clause."""

    term: Term

    def contains(self, values: Values) -> bool:
        return bool(self.term.of(values) == 1)

    def text(self) -> str:
        return self.term.formula

    def terms(self) -> Iterator[Term]:
        yield self.term


class _Combined(Region):
    word = ""

    def __init__(self, *regions: Region) -> None:
        self.regions = regions

    def _contained(self, values: Values) -> tuple[list[bool], list[Undefined]]:
        """What each region says, and why the others are undecided."""
        answers, undefined = [], []
        for region in self.regions:
            try:
                answers.append(region.contains(values))
            except Undefined as reason:
                undefined.append(reason)
        return answers, undefined

    def text(self) -> str:
        return f", {self.word} ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        """The text of each region; of a term that the region before is about too, only the condition."""
        before: Term | None = None
        for region in self.regions:
            term = region.term if isinstance(region, _Bound) else None
            yield region.condition() if isinstance(region, _Bound) and term is before else region.text()
            before = term

    def terms(self) -> Iterator[Term]:
        for region in self.regions:
            yield from region.terms()

    def edges(self) -> Iterator[tuple[Term, float]]:
        for region in self.regions:
            yield from region.edges()


class AllOf(_Combined):
    """Every region: outside as soon as one is, else undecided as soon as one is."""

    word = "and"

    def contains(self, values: Values) -> bool:
        answers, undefined = self._contained(values)
        if undefined and all(answers):
            raise undefined[0]
        return all(answers)

    def conditions(self) -> Iterator[Region]:
        for region in self.regions:
            yield from region.conditions()


class AnyOf(_Combined):
    """At least one region: inside as soon as one is, else undecided as soon as one is."""

    word = "or"

    def contains(self, values: Values) -> bool:
        answers, undefined = self._contained(values)
        if undefined and not any(answers):
            raise undefined[0]
        return any(answers)


class Otherwise(AnyOf):
    """The region of a claim, or another one: what a claim that does not hold must lie in, in order to fail."""

    def __init__(self, region: Region, other: Region) -> None:
        super().__init__(region, other)

    def text(self) -> str:
        return f"it holds, or {self.regions[1].text()}"


def extent(low: float, high: float, unit: str) -> str:
    """An interval for people; an infinite end is open, and so is 0 below a ratio, which is never less."""
    if is_open(low, high, unit):
        return "open on both sides"
    first, last = (end if isinf(end) else amount(_three_digits(end), unit) for end in (low, high))
    if isinf(low):
        return f"at most {last}"
    return f"at least {first}" if isinf(high) else f"{first} to {last}"


def is_open(low: float, high: float, unit: str) -> bool:
    """Whether an interval says nothing, in the sense of `extent`."""
    return isinf(high) and (isinf(low) or (low == 0 and unit == "times"))


def _three_digits(value: float) -> float:
    """Rounded to three significant digits, or to an integer above a thousand."""
    return float(f"{value:.3g}") if abs(value) < 1000 else float(round(value))


def amount(value: float, unit: str) -> str:
    """A finite number with its unit, for people."""
    if unit == "share":
        return percent(value)
    number = f"{value:,.0f}".replace(",", " ") if value == int(value) and abs(value) < 1e15 else f"{value:.4g}"
    return number if unit in ("", "times") else f"{number} {unit}"


def _reason(because: str | None) -> str:
    return f" ({because})" if because else ""


def names_of(region: Region | None, *terms: Any) -> tuple[str, ...]:
    """Names of all measurements that a region and further terms need, each once."""
    wanted = [*(region.terms() if region is not None else ()), *(term for term in terms if term is not None)]
    return tuple(dict.fromkeys(name for term in wanted for name in term.names()))
