"""Recipes: functions that return an `Experiment`, most of them named for the published run that they reproduce."""

from latebloom.recipes.addition import addition_5, addition_15, addition_few
from latebloom.recipes.groups import a5, d59, s5, s5_mlp
from latebloom.recipes.induction import induction, induction_512
from latebloom.recipes.linear import linear
from latebloom.recipes.lookup import RECIPES, Recipe, recipe, recipe_label
from latebloom.recipes.modular import (
    embedding_mlp,
    mainline,
    mainline_95,
    mainline_stream,
    memorise,
    mlp,
    small,
    subtraction,
)
from latebloom.recipes.skip_trigrams import skip_trigrams, skip_trigrams_limited

for _recipe in (
    mainline,
    mainline_95,
    mainline_stream,
    subtraction,
    mlp,
    embedding_mlp,
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
    s5,
    s5_mlp,
    d59,
    a5,
):
    RECIPES.register(_recipe)


__all__ = [
    "RECIPES",
    "Recipe",
    "a5",
    "addition_5",
    "addition_15",
    "addition_few",
    "d59",
    "embedding_mlp",
    "induction",
    "induction_512",
    "linear",
    "mainline",
    "mainline_95",
    "mainline_stream",
    "memorise",
    "mlp",
    "recipe",
    "recipe_label",
    "s5",
    "s5_mlp",
    "skip_trigrams",
    "skip_trigrams_limited",
    "small",
    "subtraction",
]
