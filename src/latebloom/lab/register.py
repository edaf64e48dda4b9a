"""Add a part of one's own: one function for every kind of part."""

from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

from latebloom._errors import UsageError
from latebloom._registry import Registry
from latebloom.recipes import RECIPES

T = TypeVar("T")

_REGISTRIES: tuple[tuple[str, Callable[[Any], bool], Registry[Any]], ...] = (
    ("a recipe (a function of a seed)", lambda part: isinstance(part, FunctionType), RECIPES),
)
"""What a part of each kind is, how to recognise one, and its registry."""


def register(part: T) -> T:
    """Add a part to the registry of its kind, and return it; also a decorator. A task registers itself when defined.

    Errors: UsageError for an object of no kind, or for a name that another module has registered.
    """
    for _, recognises, registry in _REGISTRIES:
        if recognises(part):
            registry.register(part)
            return part
    expected = ", ".join(kind for kind, _, _ in _REGISTRIES)
    raise UsageError(f"register: got {type(part).__name__}, expected {expected}")
