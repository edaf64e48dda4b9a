"""Optimisers of another package: one with torch's optimiser alone, one with a kernel and a stacked step."""

from pathlib import Path
from typing import Literal

import pytest
import torch
from pydantic import ValidationError

from latebloom._errors import UsageError
from latebloom.runs import Run, open_run, train_run
from latebloom.store import identity
from latebloom.training import OPTIMISERS, Ensemble, Experiment, Kernel, Optimiser, Trainer, UpdateRule
from latebloom.training.autograd import AutogradEngine
from latebloom.training.kernel_updates import KernelUpdates
from latebloom.training.optimisers import settings_class
from latebloom.training.tables import TableEngine


class TigerSettings(Optimiser):
    """Settings of Tiger."""

    name: Literal["tiger"] = "tiger"
    beta: float = 0.9


class Tiger(torch.optim.Optimizer):
    """Sign of the mean gradient. It also keeps numbers, in its state and its group, that decide the size of a step."""

    def __init__(self, weights, lr: float, beta: float) -> None:
        super().__init__(weights, {"lr": lr, "beta": beta, "size": 1.0})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            group["size"] *= 0.999
            for weight in group["params"]:
                state = self.state[weight]
                if not state:
                    state.update(mean=torch.zeros_like(weight), size=1.0, count=0, largest=None)
                state["mean"].lerp_(weight.grad, 1 - group["beta"])
                state["size"] *= 1.0001
                state["count"] += 1
                rate = group["lr"] * group["size"] * state["size"] * (1 + 1 / state["count"])
                weight.sub_(rate * state["mean"].sign())


def build_tiger(model: torch.nn.Module, settings: TigerSettings) -> Tiger:
    return Tiger(model.parameters(), settings.lr, settings.beta)


def build_descent(model: torch.nn.Module, settings: Optimiser) -> torch.optim.SGD:
    return torch.optim.SGD(model.parameters(), settings.lr)


def descend(numbers, weights, gradient, moments, lr, step):
    for i in range(len(weights)):
        weights[i] -= numbers[0] * lr * gradient[i]


def descend_together(settings, weights, gradient, moments, lr, step) -> None:
    weights.sub_(lr * gradient)


OPTIMISERS.register(UpdateRule("tiger", build_tiger, settings=TigerSettings))
OPTIMISERS.register(
    UpdateRule("descent", build_descent, kernel=Kernel(descend, lambda settings: (1.0,)), stacked=descend_together)
)


def with_optimiser(experiment: Experiment, **settings) -> Experiment:
    return Experiment.model_validate(experiment.model_dump() | {"optimiser": settings})


def advanced(experiment: Experiment, steps: int, **options) -> Trainer:
    trainer = Trainer(experiment, **options)
    assert trainer.advance(steps)
    return trainer


def assert_alike(left: Trainer, right: Trainer) -> None:
    for name, value in left.weights().items():
        torch.testing.assert_close(right.weights()[name], value, rtol=1e-4, atol=1e-6, msg=name)


def files(run: Run) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in run.path.rglob("*.safetensors")}


def test_its_settings_keep_their_class_and_fields(tiny) -> None:
    experiment = with_optimiser(tiny(), name="tiger", beta=0.8, lr=1e-3)
    assert isinstance(experiment.optimiser, TigerSettings)
    assert experiment.optimiser.beta == 0.8
    assert Experiment.model_validate_json(experiment.model_dump_json()) == experiment
    assert type(tiny().model_copy(update={"optimiser": TigerSettings()}).optimiser) is TigerSettings
    assert settings_class("tiger") is TigerSettings
    with pytest.raises(ValidationError, match=r"optimiser\.beta"):
        with_optimiser(tiny(), name="tiger", beta="small")
    with pytest.raises(UsageError, match="whose name is 'tiger'"):
        UpdateRule("puma", build_tiger, settings=TigerSettings)


def test_tables_and_autograd_make_the_same_updates(tiny) -> None:
    experiment = with_optimiser(tiny(), name="tiger", lr=1e-3)
    by_tables = advanced(experiment, 6)
    by_autograd = advanced(with_optimiser(tiny(forward="plain"), name="tiger", lr=1e-3), 6)
    assert isinstance(by_tables._engine, TableEngine)
    assert isinstance(by_autograd._engine, AutogradEngine)
    assert_alike(by_tables, by_autograd)
    by_kernel = advanced(with_optimiser(tiny(), name="descent", lr=0.1), 6)
    assert isinstance(by_kernel._engine._updates, KernelUpdates)
    assert_alike(by_kernel, advanced(with_optimiser(tiny(forward="plain"), name="descent", lr=0.1), 6))


@pytest.mark.parametrize("training", [{}, {"batch_size": 20}])
def test_a_run_resumes_bit_identically(tiny, training, tmp_path: Path) -> None:
    def settings(steps: int) -> Experiment:
        return with_optimiser(tiny(steps, **training), name="tiger", lr=1e-3, beta=0.7)

    whole = train_run(settings(20), "whole", tmp_path)
    train_run(settings(10), "cut", tmp_path)
    assert files(train_run(settings(20), "cut", tmp_path, resume=True)) == files(whole)
    state = whole.directory.read_state()[1]
    assert state["optimiser.embed.W_E/size/float"] == pytest.approx(1.0001**20, rel=1e-15)
    assert {"optimiser.embed.W_E/mean", "optimiser.embed.W_E/count/int", "optimiser./0/size/float"} < set(state)
    assert open_run("whole", tmp_path).experiment.optimiser == settings(20).optimiser


def test_state_that_cannot_be_stored_is_refused(tiny) -> None:
    trainer = advanced(with_optimiser(tiny(), name="tiger"), 1)
    optimiser = trainer._engine._updates._optimiser
    optimiser.state[trainer.model.embed.W_E]["past"] = []
    with pytest.raises(UsageError, match="tiger keeps past of type list"):
        trainer.state()


def test_an_ensemble_needs_a_stacked_step(tiny) -> None:
    with pytest.raises(UsageError, match=r"got tiger, which has no stacked step.*expected one of adamw, adam, sgd"):
        Trainer(with_optimiser(tiny(), name="tiger"), ensemble=Ensemble(1))
    experiment = with_optimiser(tiny(), name="descent", lr=0.1)
    assert_alike(advanced(experiment, 6), advanced(experiment, 6, ensemble=Ensemble(1)))


def test_an_unknown_name_is_refused_in_one_line_everywhere(tiny, tmp_path: Path) -> None:
    run = train_run(tiny(5), "a", tmp_path)
    stored = tiny(5).model_dump(mode="json") | {"optimiser": {"name": "nope"}}
    changed = {"experiment": stored, "experiment_hash": identity(stored)}
    run.directory.write_manifest(run.manifest.model_copy(update=changed))
    for refused in (
        lambda: Optimiser(name="nope"),
        lambda: settings_class("nope"),
        lambda: with_optimiser(tiny(), name="nope"),
        lambda: open_run("a", tmp_path).experiment,
        lambda: train_run(tiny(5), "a", tmp_path, resume=True),
        lambda: Trainer(tiny().model_copy(update={"optimiser": Optimiser().model_copy(update={"name": "nope"})})),
    ):
        with pytest.raises(UsageError, match="optimiser: got 'nope', expected one of adamw, adam, sgd") as caught:
            refused()
        assert "\n" not in str(caught.value)
