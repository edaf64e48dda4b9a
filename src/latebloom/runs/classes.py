"""The classes of a run's parts that are not latebloom's own: stored by name, and never imported from there."""

from pathlib import Path
from typing import Any

from latebloom._errors import UsageError
from latebloom._parts import Part
from latebloom.store import Manifest
from latebloom.training import Experiment

_OWN = __name__.partition(".")[0]


def foreign_classes(experiment: Experiment) -> dict[str, str]:
    """``MODULE:CLASS`` of each part (task, model, …) whose class is defined outside latebloom, by section."""
    parts = {section: type(part) for section, part in experiment if isinstance(part, Part)}
    return {
        section: f"{kind.__module__}:{kind.__qualname__}"
        for section, kind in parts.items()
        if kind.__module__.partition(".")[0] != _OWN
    }


def check_registered(path: Path, manifest: Manifest) -> None:
    """UsageError naming the first class of the manifest that is not registered, and how to register it.

    The manifest is read only: nothing that it names is imported.
    """
    for section, place in manifest.classes.items():
        kind = _kind(section)
        name = _registered_name(manifest.experiment, section, kind)
        if kind is not None and name not in kind.registry:
            raise UsageError(f"{path}: its {section} {name!r} is {place}, which is not registered; {_advice(place)}")


def _kind(section: str) -> type[Part] | None:
    """The base class of a section's parts; None for a section whose class is fixed."""
    field = Experiment.model_fields.get(section)
    kind = None if field is None else field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Part) else None


def _registered_name(experiment: dict[str, Any], section: str, kind: type[Part] | None) -> Any:
    stored = experiment.get(section)
    return stored.get(kind.tag) if kind is not None and isinstance(stored, dict) else None


def _advice(place: str) -> str:
    module = place.partition(":")[0]
    if module == "__main__":
        return "run the script or notebook cell that defines it first"
    return f"import {module} first, or add --import {module}"
