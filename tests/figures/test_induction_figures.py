"""Figures of repeated subsequences, on runs made by hand."""

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.analysis import Analysis
from latebloom.circuits.induction import planted_induction
from latebloom.circuits.induction.measures import INDUCTION, PREVIOUS_TOKEN
from latebloom.figures import drawn, induction_circuit, induction_heads
from latebloom.models import TransformerConfig
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.tasks import Data, ModularAddition, RepeatedSubsequences
from latebloom.training import Experiment, Training

TASK = RepeatedSubsequences(vocabulary=32, length=31, subsequence=6)


def made(path, models, task=TASK):
    """A run with these models by step, and a loss that falls at step 200."""
    data = Data(kind="stream", test_size=10)
    config = next(iter(models.values())).config
    experiment = Experiment(task=task, data=data, model=config, training=Training(steps=300, batch_size=8))
    directory = RunDirectory(path)
    directory.create()
    directory.write_manifest(new_manifest(path.name, experiment).model_copy(update={"status": "finished", "step": 300}))
    rows = [{"step": step, "train_loss": 3.4 if step < 200 else 0.2} for step in range(0, 301, 20)]
    directory.write_table("metrics", append_rows(empty_table(), rows))
    for step, model in models.items():
        directory.write_checkpoint(step, {name: value.numpy() for name, value in model.state_dict().items()})
    return Analysis(Run(path))


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    planted = planted_induction(TASK)
    return made(tmp_path_factory.mktemp("planted") / "run", {0: planted.config.build(TASK), 300: planted})


def test_scores_rise_from_random_weights_to_the_planted_circuit(source):
    heads = induction_heads.data(source)
    assert heads.loss.chance == pytest.approx(np.log(31))
    previous, induction = (
        {line.name: line.series.value for line in heads.scores[column].lines} for column in (PREVIOUS_TOKEN, INDUCTION)
    )
    assert list(previous) == ["0.0", "0.1", "1.0", "1.1"]
    assert previous["0.0"][0] < 0.3
    assert previous["0.0"][-1] == pytest.approx(1)
    assert induction["1.1"][0] < 0.2
    assert induction["1.1"][-1] > 0.7
    assert induction_heads.says(heads).startswith("At the end head 0.0 has the highest previous-token score, 1.00")


def test_circuit_shows_the_two_heads_and_their_composition(source):
    shown = induction_circuit.data(source)
    assert shown.circuit.pair == ((0, 0), (1, 1))
    np.testing.assert_allclose(shown.attention[0].diagonal(-1), 1, atol=1e-4)
    start = shown.starts[2]
    assert shown.attention[1][start, [s + 1 for s in shown.starts[:2]]].sum() > 0.6
    assert "without head 0.0" in induction_circuit.says(shown)


@pytest.mark.parametrize("figure", [induction_heads.FIGURE, induction_circuit.FIGURE])
def test_both_are_drawn(figure, source):
    svg = drawn(figure, figure.data_of(source))
    assert svg.startswith(b"<?xml")
    assert len(svg) < 500_000


def test_random_weights_and_other_tasks_are_refused_in_one_line(tmp_path):
    random = TransformerConfig(n_layers=2, d_model=16, n_heads=2, d_head=8, d_mlp=0)
    none = made(tmp_path / "none", {300: random.build(TASK)})
    with pytest.raises(UsageError, match="no induction circuit at step 300: no previous-token head"):
        induction_circuit.data(none)
    other = made(tmp_path / "other", {300: random.build(ModularAddition(p=5))}, ModularAddition(p=5))
    with pytest.raises(UsageError, match="got a run of modular_addition, expected one of the family induction"):
        induction_heads.FIGURE.data_of(other)
