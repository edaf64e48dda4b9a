"""Claims: sentences of the write-up made checkable. A claim names quantities and the region in which it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from string import Formatter
from typing import Any

from latebloom._registry import Registry
from latebloom.claims.quantity import FEWEST_RUNS, Measurement, Quantity, Term, Undefined, Values, measured
from latebloom.claims.record import Record
from latebloom.claims.region import Crossing, Holds, Region, extent, is_open, names_of
from latebloom.claims.systems import SYSTEMS
from latebloom.claims.verdict import HALF, ONE_SIDED, Pooled, Verdict, pool, share_text
from latebloom.runs import Run


@dataclass(frozen=True, kw_only=True)
class _Sentence:
    """What claims about one run and about many have in common.

    sentence: in our words. place: where the write-up (W) or the paper (P) states it. published: their own number, or
    what they say in place of one. region: the values for which the claim holds. provided: undecided outside this
    region. finding: a template over names of measurements, such as "{loss:.2g}". shows: the number beside the verdict,
    by default the first term of the region. system: the experiment of the write-up that it is about, a name in
    `SYSTEMS`. figure: the name of the figure that shows it.
    """

    id: str
    sentence: str
    place: str
    published: str
    region: Region
    finding: str
    provided: Region | None = None
    shows: Term | None = None
    system: str = "mainline"
    figure: str | None = None

    @property
    def rule(self) -> str:
        """How it is judged, in words; made from the regions."""
        condition = f" Undecided unless {self.provided.text()}." if self.provided is not None else ""
        return _capital(f"{self.region.text()}.{condition}")

    @property
    def write_up(self) -> str:
        """``published``, by the name that it has in stored documents."""
        return self.published

    @property
    def number(self) -> str | None:
        """What the number beside the verdict is, in words; None where there is none."""
        term = self._term()
        return None if term is None else _capital(term.formula)

    def _names(self) -> tuple[str, ...]:
        """Names of the measurements that judging and reporting it needs."""
        judged = (*names_of(self.region), *names_of(self.provided, self.shows))
        return tuple(dict.fromkeys((*judged, *_fields(self.finding))))

    def _judged(self, values: Values) -> Verdict:
        """The verdict on measured values."""
        text = _finding(self.finding, values, tuple(self.region.edges()))
        try:
            if self.provided is not None and not self.provided.contains(values):
                return undecided(f"{text}; not judged, since the rule asks that {self.provided.text()}")
            holds = self.region.contains(values)
        except Crossing as crossing:
            return undecided(f"{text}; {self._crossed(crossing)}")
        except Undefined as undefined:
            return undecided(text if undefined.reason in text else undefined.reason)
        state, found = ("holds", text) if holds else ("fails", text + self._unmet(values))
        return Verdict(state=state, value=_finite(self._shown(values)), finding=found)

    def _crossed(self, crossing: Crossing) -> str:
        """Which interval leaves it open; in short where it is that of the number which the finding is about."""
        if crossing.term is not self._term():
            return crossing.reason
        if is_open(*crossing.ends, crossing.term.unit):
            return "the 95 % interval is open on both sides"
        only = self.finding.count(".low") == 1 and f"{{{crossing.term.name}.low" in self.finding
        ends = "" if only else f", {extent(*crossing.ends, crossing.term.unit)},"
        return f"the 95 % interval{ends} crosses {crossing.edge}"

    def _unmet(self, values: Values) -> str:
        """Why a claim fails whose first condition, about the number beside the verdict, is met."""
        missed = self.region.missed(values)
        if not missed or missed[0] is next(self.region.conditions()):
            return ""
        return (
            f"; the rule also asks that {', and that '.join(one.text().rstrip(',') for one in missed)}, which is not so"
        )

    def _shown(self, values: Values) -> float | None:
        """The number beside the verdict, infinite for a step that was not reached; None where it is yes or no, a word,
        or undefined."""
        term = self._term()
        try:
            value = None if term is None else term.of(values)
        except Undefined:
            return None
        return float(value) if isinstance(value, float) else None

    def _term(self) -> Term | None:
        """The term whose number is shown."""
        return (
            None if self.shows is None and isinstance(self.region, Holds) else self.shows or next(self.region.terms())
        )


@dataclass(frozen=True, kw_only=True)
class Claim(_Sentence):
    """One sentence about single runs; over several seeds it is judged on each, and the verdicts are pooled.

    most: the share of the deciding runs that must uphold it, more than half by default. most_because: where another
    share comes from.
    """

    most: float = HALF
    most_because: str | None = None

    needs = "one run"

    @property
    def rule(self) -> str:
        """How it is judged, in words; made from the regions and the share of runs."""
        return super().rule + (share_text(self.most, self.most_because) if self.most != HALF else "")

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of the quantities that must be measured on a run."""
        return self._names()

    def applies(self, run: Run) -> bool:
        """Whether it is about such a run."""
        return SYSTEMS[self.system].has(run)

    def judge(self, values: Values) -> Verdict:
        """The verdict on the measured quantities of a finished run."""
        return self._judged(values)

    def verdict(self, record: Record) -> Verdict:
        """The verdict on one run. A run that diverged decides nothing: the weights that are left are those of a
        training nobody wanted. An unfinished run cannot fail a claim, since it may still uphold it later."""
        if not record.has(self.quantities):
            return not_measured("its quantities have not been measured")
        if record.status == "diverged":
            return undecided("the run diverged")
        verdict = self.judge(record.quantities)
        if verdict.state == "fails" and record.status != "finished":
            return undecided(f"{verdict.finding}; the run is not finished")
        return verdict

    def pooled(self, records: Sequence[Record]) -> Pooled:
        """The verdict over runs, one or more, by the share of them that uphold it."""
        verdicts = {record.run: self.verdict(record) for record in records}
        known = [record for record in records if record.has(self.quantities)]
        shown = {record.run: self._shown(record.quantities) for record in known}
        return pool(verdicts, self.most, {run: number for run, number in shown.items() if number is not None})


def _every(record: Record) -> bool:
    return True


@dataclass(frozen=True, eq=False)
class Statistic(Term):
    """What many runs say together: a pure function of their records.

    compute: an estimate with its interval and the number of runs of its smallest arm, or a value that has no interval;
    raises `Undefined`. quantities: names of what it reads. reads: whether it reads a run, where it is about some only.
    """

    compute: Callable[[Sequence[Record]], Any]
    quantities: tuple[str, ...]
    reads: Callable[[Record], bool] = _every


def statistic(
    unit: str,
    formula: str,
    *quantities: Quantity,
    name: str | None = None,
    reads: Callable[[Record], bool] = _every,
) -> Callable[[Callable[[Sequence[Record]], Any]], Statistic]:
    """Decorator that makes a statistic of a function of records, named after the function by default."""

    def make(compute: Callable[[Sequence[Record]], Any]) -> Statistic:
        names = tuple(one.name for one in quantities)
        return Statistic(name or compute.__name__, unit, formula, compute, names, reads)

    return make


@dataclass(frozen=True, kw_only=True)
class SweepClaim(_Sentence):
    """One sentence about many runs, which differ in seed and perhaps in a setting.

    statistics: those of the regions and of the finding.
    """

    statistics: tuple[Statistic, ...]

    needs = "a sweep"

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of the quantities that must be measured on every run."""
        return tuple(dict.fromkeys(name for one in self.statistics for name in one.quantities))

    def judge(self, records: Sequence[Record]) -> Pooled:
        """The verdict on finished runs, one or more; undecided on fewer than five."""
        values = {one.name: measured(one.compute, records) for one in self.statistics}
        verdict, shown = self._judged(values), _finite(self._shown(values))
        if len(records) < FEWEST_RUNS and verdict.state != "undecided":
            text = f"{verdict.finding}; {len(records)} runs, and {FEWEST_RUNS} are needed"
            verdict = verdict.model_copy(update={"state": "undecided", "finding": text})
        term = self._term()
        one = values.get(term.name) if term is not None else None
        ends = {} if one is None else {"low": one.low, "high": one.high, "n": one.n}
        chance = 0.0 if len(records) < FEWEST_RUNS else ONE_SIDED
        return Pooled(**{**dict(verdict), "value": shown}, **ends, chance=chance, statistics=values)

    def verdict(self, records: Sequence[Record]) -> Pooled:
        """The verdict on all finished runs: those that diverged, that are still being trained, or of which a quantity
        could not be measured because of an error decide nothing."""
        known = [record for record in records if record.has(self.quantities)]
        if not known:
            return Pooled(**dict(not_measured("its quantities have not been measured")))
        finished = [record for record in known if record.status == "finished"]
        if not finished:
            return Pooled(**dict(undecided("every run diverged or is unfinished")), chance=0.0)
        kept = [record for record in finished if not record.failed(self.quantities)]
        if not kept:
            return Pooled(**dict(undecided("of every run a quantity could not be measured")), chance=0.0)
        verdict, lost = self.judge(kept), [record for record in known if record.status != "finished"]
        count = sum(any(one.reads(record) for one in self.statistics) for record in lost)
        note = _left_out(count, "diverged or is unfinished", "diverged or are unfinished")
        note += _left_out(len(finished) - len(kept), *["could not be measured"] * 2)
        return verdict.model_copy(update={"finding": verdict.finding + note})

    pooled = verdict
    """As for claims about single runs."""


def compared(region: Region) -> tuple[Statistic, ...]:
    """The statistics that a region compares, each once."""
    return tuple(dict.fromkeys(term for term in region.terms() if isinstance(term, Statistic)))


CLAIMS: Registry[Claim | SweepClaim] = Registry("claim", name=lambda claim: claim.id)
"""Every claim by its id, in the order of the write-up's systems."""


def register(*claims: Claim | SweepClaim) -> None:
    """Add claims, in this order."""
    for claim in claims:
        CLAIMS.register(claim)


def _left_out(count: int, one: str, many: str) -> str:
    """What a finding says of the runs that decide nothing; nothing without any. one, many: what such a run did."""
    runs = f"1 run that {one} is" if count == 1 else f"{count} runs that {many} are"
    return f"; {runs} left out" if count else ""


def undecided(reason: str) -> Verdict:
    """A verdict that could not be reached, and why."""
    return Verdict(state="undecided", value=None, finding=reason)


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def not_measured(reason: str) -> Verdict:
    """The verdict while nothing is measured, and what measures it."""
    return Verdict(state="not measured", value=None, finding=reason)


def _fields(template: str) -> tuple[str, ...]:
    """Names in a template."""
    return tuple(field.partition(".")[0] for _, field, _, _ in Formatter().parse(template) if field)


def _finding(template: str, values: Values, edges: Sequence[tuple[Term, float]] = ()) -> str:
    """The template filled in; instead the reasons, each once, where a quantity in it is undefined. edges: numbers that
    a rule compares terms with, which no other number is rounded to."""
    names = _fields(template)
    reasons = [values[name].reason or "undefined" for name in names if values[name].value is None]
    if reasons:
        return "; ".join(dict.fromkeys(reasons))
    of = {name: tuple(edge for term, edge in edges if term.name == name) for name in names}
    return template.format_map({name: _Shown(values[name], of[name]) for name in names})


class _Shown:
    """A measurement in a template: lists are joined by commas, ends of an interval are ``.low`` and ``.high``."""

    def __init__(self, measurement: Measurement, edges: tuple[float, ...] = ()) -> None:
        self._measurement = measurement
        self._edges = edges

    def __format__(self, spec: str) -> str:
        return _text(self._measurement.value, spec, self._edges)

    def __getattr__(self, end: str) -> _Shown:
        value = getattr(self._measurement, end)
        return _Shown(Measurement(value="open" if value is None else value), self._edges)


def _text(value: Any, spec: str, edges: tuple[float, ...] = ()) -> str:
    if isinstance(value, tuple):
        return ", ".join(_text(one, spec) for one in value) or "none"
    return "–" if value is None else str(value) if isinstance(value, str) else beside_edges(value, spec, edges)


MORE_DIGITS = 3
"""Digits that a number gets at most, to be told apart from an edge."""


def beside_edges(value: float, spec: str, edges: Sequence[float]) -> str:
    """A number by a format such as ".0%", with more digits where it would be rounded to an edge that it does not equal:
    0.4951 is 49.5% beside the edge 50%."""
    for _ in range(MORE_DIGITS):
        if all(value == edge or _rounded(value, spec) != _rounded(edge, spec) for edge in edges):
            break
        spec = re.sub(r"\.(\d+)", lambda digits: f".{int(digits[1]) + 1}", spec)
    return format(value, spec)


def _rounded(value: float, spec: str) -> str:
    """Without the sign of -0%."""
    text = format(value, spec)
    return text if text.strip("-0.%") else text.lstrip("-")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
