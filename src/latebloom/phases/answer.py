"""The result of phase detection: boundaries, the phases between them, and the reason in one sentence."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from latebloom.phases.outcome import Outcome

PhaseName = Literal["memorisation", "circuit formation", "clean-up", "stable"]

START = "start"
MEMORISATION_ENDS = "memorisation ends"
HIGHEST = "test loss highest"
UNDER_GUESSING = "test loss under guessing"
HALF_RIGHT = "test accuracy 50 %"
LEARNED = "test accuracy 99 %"
SETTLES = "test loss settles"

BOUNDARIES = (MEMORISATION_ENDS, HIGHEST, UNDER_GUESSING, HALF_RIGHT, LEARNED, SETTLES)
"""The boundaries of every record, with or without a step, in the order in which a run that groks reaches them."""


@dataclass(frozen=True)
class Boundary:
    """A step at which something changed, and how the run stood at that step.

    step: None where the record does not reach the boundary; then low and high are None too, and ``reason`` (a sentence)
    gives the cause. low, high: the interval in which the step lies, given the spacing of the records, their noise and
    the constants of the rule. train_loss, test_loss: in nats at that step; test_accuracy: 0 to 1; None where they were
    not recorded. rule: the definition, one sentence.
    """

    name: str
    step: float | None
    low: float | None
    high: float | None
    rule: str
    train_loss: float | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON; a missing step has its reason after the rule."""
        fields = asdict(self)
        reason = fields.pop("reason")
        return fields if reason is None else {**fields, "rule": f"{self.rule} {reason}"}


@dataclass(frozen=True)
class Phase:
    """A stretch of training from ``start`` to ``end`` (None: to the end of the record), defined by ``rule``."""

    name: PhaseName
    start: float
    end: float | None
    rule: str


@dataclass(frozen=True)
class Phases:
    """The phases of one run in order, as far as they can be separated.

    outcome: whether the run grokked, and if not, what it did instead. complete: whether train loss levelled out and
    test loss passed guessing later, so that memorisation, circuit formation and clean-up are separate. If they are not,
    ``phases`` holds memorisation or nothing. ``reason`` is one sentence in both cases. boundaries: every one of
    `BOUNDARIES`, with or without a step, then those of progress measures that were reached. guessing: the loss of
    guessing that the rules refer to, in nats; None where it is unknown. collapse: one sentence where the run lost what
    it had learned; else None.
    """

    outcome: Outcome
    phases: tuple[Phase, ...]
    boundaries: tuple[Boundary, ...]
    complete: bool
    reason: str
    guessing: float | None = None
    collapse: str | None = None

    def phase_at(self, step: float | int) -> PhaseName | None:
        """The phase that contains ``step``, or None; a boundary belongs to the phase that it opens."""
        for phase in self.phases:
            if phase.start <= step and (phase.end is None or step < phase.end):
                return phase.name
        return None

    def boundary(self, name: str) -> Boundary:
        """The boundary of that name; its step is None where it was not reached."""
        missing = Boundary(name, None, None, None, "Not defined for this record.", reason="It was not measured.")
        return next((b for b in self.boundaries if b.name == name), missing)

    @property
    def reached(self) -> tuple[tuple[float, Boundary], ...]:
        """The boundaries that have a step, with the step, earliest first."""
        dated = [(b.step, b) for b in self.boundaries if b.step is not None]
        return tuple(sorted(dated, key=lambda pair: pair[0]))

    @property
    def current(self) -> PhaseName | Literal["no separate phases"]:
        """The phase that a run in progress is in: memorisation until train loss levels out, then circuit formation,
        which only test loss under guessing confirms. "no separate phases": test loss was under guessing first."""
        if self.complete:
            return self.phases[-1].name
        if self.boundary(UNDER_GUESSING).step is not None:
            return "no separate phases"
        return "circuit formation" if self.phases else "memorisation"

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries, lists, numbers and strings, for JSON: what ``latebloom phases --json`` prints."""
        return {
            "outcome": self.outcome.name,
            "phases": [{"name": phase.name, "start": phase.start, "end": phase.end} for phase in self.phases],
            "boundaries": [boundary.to_dict() for boundary in self.boundaries],
            "reason": self.reason,
        }
