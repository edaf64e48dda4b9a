"""Classes of a run that other packages define: a run stores their names, and opening it never imports them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from latebloom._errors import UsageError
from latebloom.store import Manifest
from latebloom.training import Experiment
from latebloom.training.optimisers import rule_of
from latebloom.training.settings import SECTIONS

_OWN = __name__.partition(".")[0]


def foreign_classes(experiment: Experiment) -> dict[str, str]:
    """What other packages define, by section: ``MODULE:CLASS`` of task and model, ``MODULE:FUNCTION`` that builds the
    optimiser."""
    parts: dict[str, Callable[..., Any]] = {
        "task": type(experiment.task),
        "model": type(experiment.model),
        "optimiser": rule_of(experiment.optimiser).build,
    }
    return {
        section: f"{part.__module__}:{part.__qualname__}"
        for section, part in parts.items()
        if part.__module__.partition(".")[0] != _OWN
    }


def check_registered(path: Path, manifest: Manifest) -> None:
    """UsageError naming the first part of the manifest that is not registered, and how to register it.

    Nothing that the manifest names is imported.
    """
    for section, place in manifest.classes.items():
        if section not in SECTIONS:
            continue
        name = _kind_name(manifest.experiment.get(section), SECTIONS[section].discriminator)
        if name is not None and name not in SECTIONS[section].known:
            raise UsageError(f"{path}: its {section} {name!r} is {place}, which is not registered; {_advice(place)}")


def _kind_name(stored: Any, discriminator: str | None) -> str | None:
    """The name of the kind of a stored part; None where it has none, so that its validation finds the defect."""
    name = stored.get(discriminator) if isinstance(stored, dict) else None
    return name if isinstance(name, str) else None


def _advice(place: str) -> str:
    module = place.partition(":")[0]
    if module == "__main__":
        return "run the script or notebook cell that defines it first"
    return f"import {module} first, or add --import {module}"
