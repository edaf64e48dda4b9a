"""A sentence of the write-up made checkable, and what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from latebloom._config import Config
from latebloom.claims.evidence import Evidence
from latebloom.claims.systems import SYSTEMS
from latebloom.runs import Run

NEEDS_GROKKING = "needs a run that grokked, and `latebloom measure`"
"""Why a claim about the phases is undecided on a run that lacks them."""

Outcome = Literal["holds", "fails", "undecided"]


class Verdict(Config):
    """What one run, or one set of runs, says of one claim. ``value`` is the measured quantity that was judged; None
    where there is none."""

    outcome: Outcome
    value: float | None
    found: str


@dataclass(frozen=True)
class Claim:
    """One sentence about single runs; over several seeds it is judged on each.

    sentence: in our words. place: where the write-up (W) or the paper (P) says it. write_up: its own number.
    rule: what is measured and from which value on the claim holds, with where that threshold comes from.
    judge: the verdict on one run; undecided where the run lacks what it takes.
    system: which of the write-up's experiments it speaks of (a name in `latebloom.claims.systems`).
    figure: the figure that shows it, by name. needs: what it is judged on, of that system.
    """

    id: str
    sentence: str
    place: str
    write_up: str
    rule: str
    judge: Callable[[Evidence], Verdict]
    system: str = "mainline"
    figure: str | None = None

    needs = "one run"

    def applies(self, run: Run) -> bool:
        """Whether it speaks of such a run."""
        return SYSTEMS[self.system].has(run)

    def verdict(self, evidence: Evidence) -> Verdict:
        """The verdict on one run. One that diverged decides nothing: what is left of it are the weights before, which
        nobody meant to train. One that is not finished fails nothing: what it lacks may come yet."""
        if _diverged(evidence):
            return undecided("the run diverged")
        found = self.judge(evidence)
        unfinished = found.outcome == "fails" and evidence.run.status != "finished"
        return undecided(f"{found.found}; the run is not finished") if unfinished else found


@dataclass(frozen=True)
class SweepClaim:
    """One sentence about many runs, which differ in seed and perhaps in a setting; fields as of `Claim`."""

    id: str
    sentence: str
    place: str
    write_up: str
    rule: str
    judge: Callable[[Sequence[Evidence]], Verdict]
    system: str
    figure: str | None = None

    needs = "a sweep"

    def verdict(self, runs: Sequence[Evidence]) -> Verdict:
        """The verdict on all runs but those that diverged, which decide nothing here either."""
        kept = [run for run in runs if not _diverged(run)]
        if not kept:
            return undecided("no run, or every run diverged")
        found = self.judge(kept)
        lost = len(runs) - len(kept)
        note = f"; {lost} runs that diverged left out" if lost else ""
        return found.model_copy(update={"found": found.found + note})


def _diverged(evidence: Evidence) -> bool:
    return evidence.run.status == "diverged"


def judged(holds: bool | np.bool, value: float | int | None, found: str) -> Verdict:
    """A verdict that could be reached; undecided where the quantity that was judged is infinite or undefined."""
    if value is not None and not np.isfinite(value):
        return undecided(f"{found}: what is judged comes to {value}")
    return Verdict(outcome="holds" if holds else "fails", value=None if value is None else float(value), found=found)


def undecided(why: str) -> Verdict:
    """A verdict that could not be reached, and what it would take."""
    return Verdict(outcome="undecided", value=None, found=why)
