"""Waves in the logits, by frequency, without regard to the neurons."""

from pathlib import Path

import pytest

from latebloom.analysis import Analysis
from latebloom.circuits.modular.cos_waves import cos_fit_fve, cos_waves
from latebloom.claims.views import grid
from latebloom.models import TransformerConfig
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory
from latebloom.studies.logit_waves import best, logit_few_waves_relabelled, logit_waves, weights_gini
from latebloom.tasks import ModularAddition, ModularMultiplication, ModularSubtraction, ModularTask
from latebloom.training import Experiment


def test_a_planted_circuit_has_the_waves_that_it_was_planted_with(planted_run: Run) -> None:
    analysis = Analysis(planted_run)
    found = logit_waves.measure(analysis)
    shares = dict(enumerate(found, start=1))
    assert {k for k, share in shares.items() if share > 0.01} == {3, 5, 9}
    assert best(found) == pytest.approx(1, abs=0.01)
    assert logit_few_waves_relabelled.measure(analysis) < 0.5
    assert weights_gini.measure(analysis) > 0.5


@pytest.mark.parametrize("task", [ModularAddition(p=8), ModularSubtraction(p=7), ModularMultiplication(p=7)])
def test_they_are_those_of_the_least_squares_fit(task: ModularTask, tmp_path: Path) -> None:
    """Of random weights, and for an even number of differences, too."""
    config = TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=16)
    directory = RunDirectory(tmp_path / "run")
    directory.create()
    directory.write_checkpoint(0, {name: one.numpy() for name, one in config.build(task).state_dict().items()})
    directory.write_manifest(new_manifest("run", Experiment(task=task, model=config)))
    analysis = Analysis(Run(directory.path))
    whole = grid(analysis)
    assert whole.order % 2 == (task.name == "modular_subtraction")
    for k, share in enumerate(logit_waves.measure(analysis), start=1):
        assert share == pytest.approx(cos_fit_fve(whole, cos_waves(whole, [k], whole.sign)), abs=1e-9)
