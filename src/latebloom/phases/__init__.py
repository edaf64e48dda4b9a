"""Change points, phases and outcomes of training, computed from (step, value) series without any model."""

from latebloom.phases.answer import (
    BOUNDARIES,
    HALF_RIGHT,
    HIGHEST,
    LEARNED,
    MEMORISATION_ENDS,
    SETTLES,
    UNDER_GUESSING,
    Boundary,
    Phase,
    PhaseName,
    Phases,
)
from latebloom.phases.broken_line import BrokenLine, CornerSearch, fit_broken_line
from latebloom.phases.detect import detect_phases
from latebloom.phases.location import Location
from latebloom.phases.outcome import OUTCOMES, Outcome, OutcomeName, outcome_of
from latebloom.phases.phase_change import NoChange, PhaseChange, find_phase_change
from latebloom.phases.progress import EXCLUDED_PARTS, RESTRICTED_HALVES
from latebloom.phases.series import Series

__all__ = [
    "BOUNDARIES",
    "EXCLUDED_PARTS",
    "HALF_RIGHT",
    "HIGHEST",
    "LEARNED",
    "MEMORISATION_ENDS",
    "OUTCOMES",
    "RESTRICTED_HALVES",
    "SETTLES",
    "UNDER_GUESSING",
    "Boundary",
    "BrokenLine",
    "CornerSearch",
    "Location",
    "NoChange",
    "Outcome",
    "OutcomeName",
    "Phase",
    "PhaseChange",
    "PhaseName",
    "Phases",
    "Series",
    "detect_phases",
    "find_phase_change",
    "fit_broken_line",
    "outcome_of",
]
