"""Experiments from a recipe and a command line."""

import pytest

from latebloom._errors import UsageError
from latebloom.recipes import RECIPES
from latebloom.recipes.settings import describe_settings, experiment_of, parse_settings


def test_the_last_value_of_a_setting_counts() -> None:
    experiment = experiment_of("small", 3, ["--task.p", "7", "--data.fraction=0.5", "--task.p", "11"])
    assert (experiment.recipe, experiment.model.seed, experiment.data.seed) == ("small", 3, 3)
    assert (experiment.setting("task.p"), experiment.data.fraction) == (11, 0.5)


@pytest.mark.parametrize("arguments", [["task.p", "3"], ["--p", "3"], ["--nonsense.p", "3"], ["--task.p"]])
def test_other_arguments_are_refused(arguments: list[str]) -> None:
    with pytest.raises(UsageError):
        parse_settings(arguments)


def test_errors_name_the_option_and_the_help() -> None:
    with pytest.raises(UsageError, match=r"^--optimiser\.lr: got '-1', expected greater than 0; see `latebloom train"):
        experiment_of("small", 0, ["--optimiser.lr", "-1"])


def test_every_setting_is_described() -> None:
    for name in ("task.p", "model.residual_scale", "optimiser.lr", "recording.metrics"):
        assert f"--{name} " in describe_settings()


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_has_its_own_name_and_a_summary(name: str) -> None:
    assert RECIPES[name](0).recipe == name
    assert RECIPES[name].__doc__
