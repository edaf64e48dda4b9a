"""The result of phase detection: boundaries, the phases between them, and the reason in one sentence."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from latebloom.phases.location import Location

PhaseName = Literal["memorisation", "circuit formation", "clean-up", "stable"]


@dataclass(frozen=True)
class Boundary:
    """A step at which something changed, with its 95 % interval ``low`` to ``high`` and the ``rule`` that set it."""

    name: str
    step: float
    low: float
    high: float
    rule: str

    @classmethod
    def at(cls, name: str, location: Location, rule: str) -> Boundary:
        """The boundary at ``location``."""
        return cls(name, location.step, location.low, location.high, rule)


@dataclass(frozen=True)
class Phase:
    """A stretch of training from ``start`` to ``end`` (None: to the end of the record), opened by ``boundary``."""

    name: PhaseName
    start: float
    end: float | None
    boundary: Boundary
    rule: str


@dataclass(frozen=True)
class Phases:
    """The phases of one run in order, as far as they can be separated.

    ``complete``: whether train loss levelled out and test loss fell under chance later, so that memorisation, circuit
    formation and clean-up are separate. (`Outcome` decides whether the run grokked.) If they are not separate,
    ``phases`` holds memorisation or nothing. ``reason`` is one sentence in both cases. ``boundaries`` holds every
    measured boundary, ordered by step, including boundaries that open no phase.
    """

    phases: tuple[Phase, ...]
    boundaries: tuple[Boundary, ...]
    complete: bool
    reason: str

    def phase_at(self, step: float | int) -> PhaseName | None:
        """The phase that contains ``step``, or None; a boundary belongs to the phase that it opens."""
        for phase in self.phases:
            if phase.start <= step and (phase.end is None or step < phase.end):
                return phase.name
        return None

    def boundary(self, name: str) -> Boundary | None:
        """The boundary of that name, or None if there is none."""
        return next((b for b in self.boundaries if b.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries, tuples, numbers and strings, for JSON."""
        return asdict(self)
