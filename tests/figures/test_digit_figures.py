"""Figures of tasks with parts: planted falls are marked, other tasks are refused in one line."""

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.analysis import Analysis
from latebloom.figures import drawn
from latebloom.figures.component_losses import FIGURE as COMPONENTS
from latebloom.figures.digit_carry import FIGURE as CARRY
from latebloom.figures.digit_fourier import FIGURE as FOURIER
from latebloom.figures.few_sums import FIGURE as FEW
from latebloom.models import TransformerConfig
from latebloom.published import published
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.tasks import Data, DigitAddition
from latebloom.training import Experiment, Training

END = 3000
MIDDLE = {"digit_0": 200, "digit_1": 500, "digit_2": 1000}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Two-digit sums: fresh weights at both ends, each digit's loss falls over 100 steps around its own step."""
    directory = RunDirectory(tmp_path_factory.mktemp("digits") / "sums")
    directory.create()
    config = TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=16)
    experiment = Experiment(
        task=DigitAddition(digits=2), data=Data(kind="stream"), model=config, training=Training(steps=END, batch_size=8)
    )
    directory.write_manifest(new_manifest("sums", experiment).model_copy(update={"status": "finished", "step": END}))
    directory.write_table("metrics", append_rows(empty_table(), list(rows())))
    for step, seed in ((0, 0), (END, 1)):
        model = config.model_copy(update={"seed": seed}).build(experiment.task)
        directory.write_checkpoint(step, {name: value.numpy() for name, value in model.state_dict().items()})
    return Analysis(Run(directory.path))


def rows():
    noise = np.random.default_rng(0)
    for step in range(0, END + 1, 10):
        parts = {}
        for name, middle in MIDDLE.items():
            chance = np.log(2) if name == "digit_0" else np.log(10)
            loss = np.interp(step, [middle - 50, middle + 50], [chance, 0.05])
            parts[f"train_loss.{name}"] = float(loss * noise.normal(1, 0.01))
        yield {"step": step, "train_loss": float(np.mean(list(parts.values()))), **parts}


def test_planted_falls_are_found_in_order_and_named(source):
    losses = COMPONENTS.data_of(source)
    assert losses.kind == "train"
    assert losses.changes.order == tuple(MIDDLE)
    for part in losses.changes.parts:
        assert part.step.step == pytest.approx(MIDDLE[part.name], abs=20)
    assert COMPONENTS.says(losses).startswith("3 of 3 parts have a phase change of their own: digit 0 at ")


def test_random_weights_show_no_carry(source):
    digits = FOURIER.data_of(source)
    assert (digits.step, digits.first) == (END, 0)
    assert digits.final.places[2].neurons.carry is None
    assert abs(digits.final.places[1].neurons.carry) < 0.2


def test_random_weights_attend_evenly_and_turn_nowhere(source):
    carry = CARRY.data_of(source)
    assert carry.further == pytest.approx(0.5, abs=0.02)
    assert carry.moved[11] - carry.moved[8] < 0.25
    assert max(carry.shares["right"].values()) < 0.9


@pytest.mark.parametrize("figure", [COMPONENTS, FOURIER, CARRY], ids=lambda figure: figure.name)
def test_they_are_drawn(figure, source):
    assert drawn(figure, figure.data_of(source)).startswith(b"<?xml")


def test_modular_runs_are_refused(grokked):
    with pytest.raises(UsageError, match="modular_addition is a task with one component"):
        COMPONENTS.data_of(Analysis(grokked))
    with pytest.raises(UsageError, match="got a run of modular_addition, expected one of the family digits"):
        FOURIER.data_of(Analysis(grokked))


def test_few_sums_stand_beside_the_published_curve(tmp_path):
    """A run whose losses are the published ones has the same sentence twice."""
    directory = RunDirectory(tmp_path / "few")
    directory.create()
    experiment = Experiment(task=DigitAddition(), data=Data(kind="finite", train_size=700, test_size=10))
    directory.write_manifest(new_manifest("few", experiment).model_copy(update={"status": "finished", "step": 18000}))
    step, test = np.array(published("digits_few.test_curve").value).T
    rows = [{"step": int(at), "train_loss": 0.1, "test_loss": float(loss)} for at, loss in zip(step, test)]
    directory.write_table("metrics", append_rows(empty_table(), rows))
    analysis = Analysis(Run(directory.path))
    ours, theirs = FEW.says(FEW.data_of(analysis)).removesuffix(".").split("; the published one ")
    assert ours == f"Our test loss {theirs}"
    assert theirs == "is highest at step 1\u202f675 (8.5 nats) and is 0.21 at step 18\u202f000"
    assert drawn(FEW, FEW.data_of(analysis)).startswith(b"<?xml")


def test_other_runs_have_no_published_curve(source):
    with pytest.raises(UsageError, match="expected 5-digit addition"):
        FEW.data_of(source)
