"""A sentence of the write-up made checkable, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from latebloom._config import Config
from latebloom.claims.evidence import Evidence

Outcome = Literal["holds", "fails", "undecided"]


class Verdict(Config):
    """What one run says of one claim. ``value`` is the measured quantity that was judged; None where there is none."""

    outcome: Outcome
    value: float | None
    found: str


@dataclass(frozen=True)
class Claim:
    """One sentence.

    sentence: in our words. place: where the write-up (W) or the paper (P) says it. write_up: its own number.
    rule: what is measured and from which value on the claim holds, with where that threshold comes from.
    judge: the verdict on one run; undecided where the run lacks what it takes.
    """

    id: str
    sentence: str
    place: str
    write_up: str
    rule: str
    judge: Callable[[Evidence], Verdict]


def judged(holds: bool, value: float | None, found: str) -> Verdict:
    """A verdict that could be reached."""
    return Verdict(outcome="holds" if holds else "fails", value=value, found=found)


def undecided(why: str) -> Verdict:
    """A verdict that could not be reached, and what it would take."""
    return Verdict(outcome="undecided", value=None, found=why)
