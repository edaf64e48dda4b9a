"""One function per published run, named for what it reproduces; each takes a seed and returns an `Experiment`."""

from latebloom.recipes.addition_5 import addition_5
from latebloom.recipes.addition_15 import addition_15
from latebloom.recipes.addition_few import addition_few
from latebloom.recipes.induction import induction
from latebloom.recipes.induction_512 import induction_512
from latebloom.recipes.linear import linear
from latebloom.recipes.lookup import RECIPES, recipe, recipe_label
from latebloom.recipes.mainline import mainline
from latebloom.recipes.mainline_95 import mainline_95
from latebloom.recipes.mainline_stream import mainline_stream
from latebloom.recipes.memorise import memorise
from latebloom.recipes.mlp import mlp
from latebloom.recipes.skip_trigrams import skip_trigrams
from latebloom.recipes.skip_trigrams_limited import skip_trigrams_limited
from latebloom.recipes.small import small
from latebloom.recipes.subtraction import subtraction

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


__all__ = [
    "RECIPES",
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
    "recipe_label",
    "skip_trigrams",
    "skip_trigrams_limited",
    "small",
    "subtraction",
]
