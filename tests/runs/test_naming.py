"""Names identify experiments, and do not change when settings are added or renamed."""

from latebloom.models import MLPConfig, TransformerConfig
from latebloom.recipes import RECIPES
from latebloom.runs.naming import chosen_settings, default_name
from latebloom.sweeps.expand import run_name
from latebloom.tasks import ModularAddition, ModularSubtraction
from latebloom.training import Experiment, Optimiser


def test_names_are_those_of_the_committed_results() -> None:
    """If these names changed, every stored sweep would be trained again."""
    assert run_name(RECIPES["mainline"](0)) == "mainline-0-55bcc784dab6"
    assert run_name(RECIPES["induction_512"](0)) == "induction_512-0-fe69e9474b19"
    assert default_name(RECIPES["mainline"](0)) == "mainline-0-55bcc7"


def test_every_difference_has_a_name_of_its_own() -> None:
    different = [
        Experiment(),
        Experiment(model=MLPConfig()),
        Experiment(model=TransformerConfig(d_model=64)),
        Experiment(task=ModularSubtraction()),
        Experiment(task=ModularAddition(p=31)),
        Experiment(optimiser=Optimiser(weight_decay=0)),
        *(recipe(seed) for recipe in RECIPES.values() for seed in (0, 1)),
    ]
    assert len({run_name(experiment) for experiment in different}) == len(different)


def test_what_is_by_default_is_not_in_a_name() -> None:
    written = Experiment(optimiser=Optimiser(weight_decay=1.0), model=TransformerConfig(residual_scale=1.0))
    assert run_name(written) == run_name(Experiment())
    assert chosen_settings(Experiment())["task"] == {"name": "modular_addition"}
