"""Recipes by name and by MODULE:FUNCTION."""

from pathlib import Path

import pytest

from latebloom import _registry
from latebloom._errors import UsageError
from latebloom.recipes import RECIPES, recipe, recipe_label
from latebloom.training import Experiment

MODULE = """
from latebloom.training import Experiment

def seeded(seed):
    return Experiment(recipe="seeded").with_seed(seed)

def fixed():
    return Experiment(recipe="fixed")

def broken(seed):
    raise KeyError("nothing")

def number(seed):
    return 3
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "lb_user_recipes.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv(_registry.VARIABLE, "")
    return "lb_user_recipes"


def test_functions_of_a_module(module: str) -> None:
    assert recipe(f"{module}:seeded", 4) == Experiment(recipe="seeded").with_seed(4)
    assert recipe(f"{module}:fixed", 4) == Experiment(recipe="fixed").with_seed(4)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("missing", "has no function 'missing'"),
        ("broken", "raised KeyError: 'nothing'"),
        ("number", "returned int, expected an Experiment"),
    ],
)
def test_errors_are_one_line(module: str, function: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as raised:
        recipe(f"{module}:{function}")
    assert "\n" not in str(raised.value)


def test_a_module_that_cannot_be_imported() -> None:
    with pytest.raises(UsageError, match="module 'lb_no_such_module' could not be imported"):
        recipe("lb_no_such_module:recipe")


def test_registered_recipes() -> None:
    assert list(RECIPES)[:3] == ["mainline", "mainline_95", "mainline_stream"]
    assert recipe("small", 2) == RECIPES["small"](2)
    with pytest.raises(UsageError, match="recipe: got 'nonesuch', expected one of mainline, "):
        recipe("nonesuch")


def test_labels() -> None:
    assert (recipe_label("small"), recipe_label("my.module:my_recipe")) == ("small", "my_recipe")
