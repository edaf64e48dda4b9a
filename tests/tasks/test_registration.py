"""Tasks and models of other packages: registered by their definition, validated and stored like built-in ones."""

from typing import Literal

import pytest
from pydantic import ValidationError

from latebloom._parts import snake_case
from latebloom.models import MODELS, MLPConfig
from latebloom.tasks import TASKS, ModularAddition, ModularTask
from latebloom.training import Experiment


class TwiceThenAdd(ModularTask):
    """Only what a modular operation needs."""

    summary = "2x + y mod p"

    def answer(self, x, y):
        return (2 * x + y) % self.p


class Shifted(ModularTask):
    """A name and a setting of its own."""

    summary = "x + y + shift mod p"
    name: Literal["shifted_sum"] = "shifted_sum"
    shift: int = 5

    def answer(self, x, y):
        return (x + y + self.shift) % self.p


class WideMLPConfig(MLPConfig):
    """A model of another package."""

    d_mlp: int = 1024


def test_names():
    assert snake_case("ModularAddition") == "modular_addition"
    assert snake_case("MLPWith2Layers") == "mlp_with2_layers"


def test_definition_registers():
    assert TASKS["twice_then_add"] is TwiceThenAdd
    assert TASKS["shifted_sum"] is Shifted
    assert TwiceThenAdd(p=7).name == "twice_then_add"
    assert "modular_task" not in TASKS
    assert TASKS["modular_addition"] is ModularAddition
    assert MODELS["wide_mlp_config"] is WideMLPConfig


def test_an_experiment_is_stored_and_read_with_the_fields_of_the_subclass():
    experiment = Experiment(task=Shifted(p=7, shift=2), model=WideMLPConfig(seed=3))
    stored = experiment.model_dump(mode="json")
    assert stored["task"] == {"name": "shifted_sum", "p": 7, "shift": 2}
    assert stored["model"] == {"kind": "wide_mlp_config", "seed": 3, "d_mlp": 1024}
    read = Experiment.model_validate(stored)
    assert read == experiment
    assert type(read.task) is Shifted


def test_wrong_fields_are_located():
    with pytest.raises(ValidationError, match=r"task.p\n.*greater than or equal to 3"):
        Experiment.model_validate({"task": {"name": "shifted_sum", "p": 2}})
    with pytest.raises(ValidationError, match="name: got 'no_such_task', expected one of modular_addition, "):
        Experiment.model_validate({"task": {"name": "no_such_task"}})
    with pytest.raises(ValidationError, match="instance of Task"):
        Experiment(task=3)


def test_a_second_definition_replaces_the_first():
    def define(constant: int) -> type[ModularTask]:
        class Redefined(ModularTask):
            def answer(self, x, y):
                return (x + constant) % self.p

        return Redefined

    first, second = define(1), define(2)
    assert TASKS["redefined"] is second
    assert TASKS["redefined"] is not first


def test_a_name_without_a_value_is_an_error():
    with pytest.raises(TypeError, match=r"Nameless.name: got no default"):

        class Nameless(ModularTask):
            name: str

            def answer(self, x, y):
                return x
