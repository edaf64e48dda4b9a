"""What the detector answers: boundaries, the phases between them, and a sentence that says why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from latebloom.phases.estimate import Estimate

PhaseName = Literal["memorisation", "circuit formation", "clean-up", "stable"]


@dataclass(frozen=True)
class Boundary:
    """A step at which something changed; ``low`` … ``high`` is a 95 % interval, ``rule`` says what set it."""

    name: str
    step: float
    low: float
    high: float
    rule: str

    @classmethod
    def at(cls, name: str, estimate: Estimate, rule: str) -> Boundary:
        """The boundary that stands at ``estimate``."""
        return cls(name, estimate.step, estimate.low, estimate.high, rule)


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
    """The phases of one run, in order, as far as they were found.

    ``found`` is True if the run grokked: it memorised, and later its test loss fell below chance. If not, the
    phases may still hold memorisation; ``reason`` is one sentence either way. ``boundaries``, ordered by step,
    hold all that was measured, also where it makes no phase.
    """

    phases: tuple[Phase, ...]
    boundaries: tuple[Boundary, ...]
    found: bool
    reason: str

    def phase_at(self, step: float | int) -> PhaseName | None:
        """The phase that ``step`` lies in, or None; a boundary belongs to the phase that it opens."""
        for phase in self.phases:
            if phase.start <= step and (phase.end is None or step < phase.end):
                return phase.name
        return None

    def boundary(self, name: str) -> Boundary | None:
        """The boundary of that name, or None if it was not found."""
        return next((b for b in self.boundaries if b.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries, tuples, numbers and strings, for JSON."""
        return asdict(self)
