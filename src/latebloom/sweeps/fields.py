"""The fields of an experiment by name, so that a mistyped one is answered with its neighbours."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

from latebloom._errors import UsageError
from latebloom._parts import Part
from latebloom.training import Experiment


def known_fields() -> tuple[str, ...]:
    """Every ``section.field`` that some kind of experiment has."""
    names = {
        f"{section}.{field}": None
        for section, info in Experiment.model_fields.items()
        for kind in _kinds(info.annotation)
        for field in kind.model_fields
    }
    return tuple(names)


def check_fields(names: Iterable[str], where: str) -> None:
    """UsageError with the nearest names for one that no experiment has; ``where`` says whose mistake it is."""
    for name in names:
        if name not in known_fields():
            near = ", ".join(_near(name)) or ", ".join(Experiment.model_fields)
            raise UsageError(f"{where}: got {name}, which is no field of an experiment; the nearest are {near}")


def _near(name: str) -> list[str]:
    """The names that end alike first, then those that look alike."""
    leaf = name.rpartition(".")[2]
    same = [known for known in known_fields() if known.rpartition(".")[2] == leaf]
    return list(dict.fromkeys([*same, *get_close_matches(name, known_fields(), n=3, cutoff=0.4)]))[:4]


def _kinds(annotation: Any) -> Iterator[type[BaseModel]]:
    """The classes of configuration that a field may hold."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield from annotation.registry.values()
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)
