"""One function that registers a part of any kind."""

from types import FunctionType
from typing import Any, TypeVar

from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom.circuits import FAMILIES, Family
from latebloom.claims import CLAIMS, QUANTITIES, SYSTEMS, Claim, Quantity, SweepClaim, System
from latebloom.exports import FORMATS, Format
from latebloom.figures import FIGURES, SWEEP_FIGURES, Figure, SweepFigure
from latebloom.lab.compare.contestant import CONTESTANTS, Contestant
from latebloom.measures import MEASURES, Measure
from latebloom.models import TRAINING_LOSSES, TrainingLoss
from latebloom.recipes import RECIPES
from latebloom.studies import STUDIES, Study
from latebloom.tasks.groups import GROUPS, GroupFamily
from latebloom.trackers import TRACKERS, TrackerKind
from latebloom.training.optimisers import OPTIMISERS, UpdateRule

T = TypeVar("T")

_REGISTRIES: tuple[tuple[str, type[Any], Registry[Any]], ...] = (
    ("an UpdateRule", UpdateRule, OPTIMISERS),
    ("a TrainingLoss", TrainingLoss, TRAINING_LOSSES),
    ("a Contestant", Contestant, CONTESTANTS),
    ("a Study", Study, STUDIES),
    ("a Measure", Measure, MEASURES),
    ("a Family", Family, FAMILIES),
    ("a Figure", Figure, FIGURES),
    ("a SweepFigure", SweepFigure, SWEEP_FIGURES),
    ("a Claim", Claim, CLAIMS),
    ("a SweepClaim", SweepClaim, CLAIMS),
    ("a Quantity", Quantity, QUANTITIES),
    ("a System", System, SYSTEMS),
    ("a GroupFamily", GroupFamily, GROUPS),
    ("a Format", Format, FORMATS),
    ("a TrackerKind", TrackerKind, TRACKERS),
    ("a recipe (a function of a seed)", FunctionType, RECIPES),
)
"""For each kind of part: its name in messages, its class, and its registry."""


def register(part: T) -> T:
    """Add a part to the registry of its kind, and return it; also a decorator.

    Tasks and models register themselves when they are defined.

    Errors: UsageError for an object of another kind, or for a name that another module has registered.
    """
    for _, kind, registry in _REGISTRIES:
        if isinstance(part, kind):
            registry.register(part)
            return part
    expected = ", ".join(kind for kind, _, _ in _REGISTRIES)
    raise UsageError(f"register: got {type(part).__name__}, expected one of: {expected}")
