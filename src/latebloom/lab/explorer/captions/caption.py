"""The registry of captions: for each view a function that says what is true of this run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from latebloom._errors import LatebloomError
from latebloom._registry import Registry
from latebloom.claims import CLAIMS, STATES, State
from latebloom.claims.verdict import verb
from latebloom.lab.explorer.captions.words import series, with_commas
from latebloom.lab.explorer.claims import views_of
from latebloom.lab.explorer.evidence import Evidence

Maker = Callable[[Evidence], Iterable[str | None]]
"""Sentences about the run; None where a quantity that a sentence needs is undefined or not stored."""


@dataclass(frozen=True)
class Caption:
    """The caption of one view. family: whose runs it is for; None for all. make: raises LatebloomError, or yields
    nothing, where nothing can be said."""

    view: str
    family: str | None
    make: Maker

    @property
    def name(self) -> str:
        """By which it is registered."""
        return self.view if self.family is None else f"{self.view} of {self.family}"


CAPTIONS: Registry[Caption] = Registry("caption")
"""Every caption."""


def caption(view: str, family: str | None = None) -> Callable[[Maker], Maker]:
    """Decorator that registers a function as the caption of a view, for the runs of one family or of all."""

    def register(make: Maker) -> Maker:
        CAPTIONS.register(Caption(view, family, make))
        return make

    return register


def captions_of(evidence: Evidence) -> dict[str, list[str]]:
    """The captions of a run by the name of their view: what was measured, and then the verdicts on the claims that the
    view shows. A view about which nothing can be said is left out."""
    views: dict[str, list[str]] = {}
    for one in CAPTIONS.values():
        if one.family in (None, evidence.analysis.family.name):
            views.setdefault(one.view, []).extend(_sentences(one, evidence))
    for view in {view for id in evidence.verdicts for view in views_of(id)}:
        views.setdefault(view, []).extend(_judged(view, evidence))
    return {view: list(map(with_commas, sentences)) for view, sentences in views.items() if sentences}


def _sentences(one: Caption, evidence: Evidence) -> list[str]:
    try:
        return [sentence for sentence in one.make(evidence) if sentence]
    except LatebloomError:
        return []


ONE_RUN = "One run decides nothing about other runs."


def _judged(view: str, evidence: Evidence) -> list[str]:
    """The verdicts on the claims that the view shows: how many there are of each state, and each claim that fails."""
    judged = {id: verdict for id, verdict in evidence.verdicts.items() if view in views_of(id)}
    states = [verdict.state for verdict in judged.values()]
    if all(state == "not measured" for state in states):
        return []
    fails = [
        f"Fails on this run: “{CLAIMS[id].sentence.rstrip('.')}” ({verdict.finding})."
        for id, verdict in judged.items()
        if verdict.state == "fails"
    ]
    return [f"{_counted(states)} {ONE_RUN}", *fails]


def _counted(states: list[State]) -> str:
    """How many of the claims hold, fail and are undecided."""
    found, count = [state for state in STATES if state in states], len(states)
    if count == 1:
        return f"The write-up's claim about this picture {verb(found[0], 1)} on this run."
    if len(found) == 1:
        each = "Both" if count == 2 else f"All {count}"
        return f"{each} of the write-up's claims about this picture {verb(found[0], count)} on this run."
    counts = [f"{states.count(state)} {verb(state, states.count(state))}" for state in found]
    return f"On this run, of the write-up's {count} claims about this picture, {series(counts)}."
