"""Recipes: functions that return an `Experiment`, most of them named for the published run that they reproduce."""

from collections.abc import Callable

from latebloom._registry import Registry
from latebloom.recipes.addition import addition_5, addition_15, addition_few
from latebloom.recipes.induction import induction, induction_512
from latebloom.recipes.linear import linear
from latebloom.recipes.modular import mainline, mainline_95, mainline_stream, memorise, mlp, small, subtraction
from latebloom.recipes.skip_trigrams import skip_trigrams, skip_trigrams_limited
from latebloom.training import Experiment

Recipe = Callable[[int], Experiment]
"""A seed → the experiment with that seed."""

RECIPES: Registry[Recipe] = Registry("recipe", lambda function: function.__name__)
"""Every recipe by name, in the order in which `latebloom recipes` lists them."""

for _recipe in (
    mainline,
    mainline_95,
    mainline_stream,
    subtraction,
    mlp,
    memorise,
    small,
    addition_5,
    addition_15,
    addition_few,
    induction,
    induction_512,
    skip_trigrams,
    skip_trigrams_limited,
    linear,
):
    RECIPES.register(_recipe)


def recipe(name: str, seed: int = 0) -> Experiment:
    """The experiment of that recipe. Errors: UsageError for an unknown name."""
    return RECIPES[name](seed)


__all__ = [
    "RECIPES",
    "Recipe",
    "addition_5",
    "addition_15",
    "addition_few",
    "induction",
    "induction_512",
    "linear",
    "mainline",
    "mainline_95",
    "mainline_stream",
    "memorise",
    "mlp",
    "recipe",
    "skip_trigrams",
    "skip_trigrams_limited",
    "small",
    "subtraction",
]
