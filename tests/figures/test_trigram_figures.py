"""Figures of skip trigrams, on runs made by hand."""

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.analysis import Analysis
from latebloom.circuits.skip_trigrams import planted_trigrams
from latebloom.figures import drawn, trigram_circuit
from latebloom.models import TransformerConfig
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.tasks import Data, SkipTrigrams
from latebloom.training import Experiment, Training

TASK = SkipTrigrams(length=5)
FALLS = {name: 100 + 10 * i for i, name in enumerate(TASK.components)}
"""Step from which each trigram's loss is low."""


def made(path, model, judged="test"):
    """A run with that final model; the losses fall one after another, except that of 19, which does not fall."""
    data = Data(kind="stream", test_size=10 if judged == "test" else None)
    config = TransformerConfig(d_model=32, n_heads=4, d_head=8, d_mlp=0)
    experiment = Experiment(task=TASK, data=data, model=config, training=Training(steps=300, batch_size=8))
    directory = RunDirectory(path)
    directory.create()
    directory.write_manifest(new_manifest(path.name, experiment).model_copy(update={"status": "finished", "step": 300}))
    directory.write_table("metrics", append_rows(empty_table(), [row(step, judged) for step in range(0, 301, 10)]))
    directory.write_checkpoint(300, {name: value.numpy() for name, value in model.state_dict().items()})
    return Analysis(Run(path))


def row(step, judged):
    low = {name: step >= fall and name != "19" for name, fall in FALLS.items()}
    losses = {f"{judged}_loss.{name}": 1e-3 if fallen else 2.3 for name, fallen in low.items()}
    return {"step": step, f"{judged}_loss": float(np.mean(list(losses.values()))), "train_loss": 2.0, **losses}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return made(tmp_path_factory.mktemp("planted") / "run", planted_trigrams(TASK))


def test_circuit_of_the_planted_model_is_a_diagonal(source):
    circuit = trigram_circuit.data(source)
    assert circuit.scores.shape == (22, 4)
    lead = np.diag(circuit.arrives[10:20])
    np.testing.assert_allclose(lead, lead[0], rtol=1e-5)
    assert np.abs(circuit.arrives[np.r_[:10, 20, 21]]).max() == 0
    assert "10 are the task's own" in trigram_circuit.says(circuit)


def test_circuit_of_random_weights_has_none(tmp_path):
    config = TransformerConfig(d_model=32, n_heads=4, d_head=8, d_mlp=0, seed=3)
    circuit = trigram_circuit.data(made(tmp_path / "run", config.build(TASK)))
    assert "10 are the task's own" not in trigram_circuit.says(circuit)
    assert np.abs(circuit.arrives).max() < 0.5


@pytest.mark.parametrize("figure", [trigram_circuit.FIGURE], ids=lambda figure: figure.name)
def test_drawn_or_refused(figure, source, tmp_path):
    svg = drawn(figure, figure.data(source))
    assert svg.startswith(b"<?xml")
    assert len(svg) < 500_000
    other = RunDirectory(tmp_path / "sums")
    other.create()
    other.write_manifest(new_manifest("sums", Experiment()))
    with pytest.raises(UsageError, match="got a run of modular_addition, expected one of the family skip_trigrams"):
        figure.data_of(Analysis(Run(other.path)))
