"""One function per published run, named for what it reproduces; each returns an `Experiment`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from latebloom._errors import UsageError
from latebloom.recipes.mainline import mainline
from latebloom.recipes.memorise import memorise
from latebloom.recipes.mlp import mlp
from latebloom.recipes.small import small
from latebloom.recipes.subtraction import subtraction
from latebloom.training import Experiment

RECIPES: Mapping[str, Callable[[int], Experiment]] = MappingProxyType(
    {recipe.__name__: recipe for recipe in (mainline, subtraction, mlp, memorise, small)}
)
"""Every recipe, in the order in which `latebloom recipes` lists them."""


def recipe(name: str, seed: int = 0) -> Experiment:
    """The experiment of that recipe. Errors: UsageError for an unknown name."""
    if name not in RECIPES:
        raise UsageError(f"recipe: got {name!r}, expected one of {', '.join(RECIPES)}")
    return RECIPES[name](seed)


__all__ = ["RECIPES", "mainline", "memorise", "mlp", "recipe", "small", "subtraction"]
