"""The control of excluded loss on random answers: a planted circuit is found, and none where there is none."""

from pathlib import Path

import pytest
import torch

from latebloom.circuits.modular import planted_transformer
from latebloom.claims import CLAIMS, Record, SweepClaim, record_run
from latebloom.claims.quantity import Measurement
from latebloom.models import Transformer
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.tasks import Data, ModularAddition, RandomTable
from latebloom.training import Experiment

P, KEYS = 31, (3, 7, 12)
STEPS = range(0, 10_001, 500)
CLAIM = CLAIMS["random-answers-without-circuit"]


def run_of(home: Path, model: Transformer, growing: bool) -> Run:
    """A run that memorises at step 500; its logits grow steadily, or stay as they are but for noise in W_U."""
    directory = RunDirectory(home / "run")
    directory.create()
    experiment = Experiment(task=RandomTable(p=P), data=Data(fraction=0.5), model=model.config)
    manifest = new_manifest("run", experiment)
    directory.write_manifest(manifest.model_copy(update={"status": "finished", "step": STEPS[-1]}))
    generator, unembed = torch.Generator().manual_seed(0), model.unembed.W_U.detach().clone()
    for step in STEPS:
        noise = 0.01 * unembed.std() * torch.randn(unembed.shape, generator=generator)
        scale = step / STEPS[-1] + 0.05 if growing else 1.0
        weights = {name: value.detach().numpy() for name, value in model.state_dict().items()}
        directory.write_checkpoint(step, weights | {"unembed.W_U": (scale * unembed + noise).numpy()})
    rows = [
        {
            "step": step,
            "train_loss": 1e-7 if step > 500 else 3.0,
            "test_loss": 5.0,
            "train_accuracy": float(step > 500),
            "test_accuracy": 0.03,
        }
        for step in range(0, STEPS[-1] + 1, 50)
    ]
    directory.write_table("metrics", append_rows(empty_table(), rows))
    return Run(directory.path)


def records(run: Run) -> list[Record]:
    """Five runs that all measure the same."""
    record = record_run(run, CLAIM.quantities)
    return [record.model_copy(update={"run": str(i), "identity": str(i)}) for i in range(5)]


def state(found: list[Record]) -> str:
    assert isinstance(CLAIM, SweepClaim)
    return CLAIM.verdict(found).state


def test_a_model_without_circuit_upholds_the_control(tmp_path: Path) -> None:
    model = planted_transformer(P, KEYS).config.model_copy(update={"seed": 1}).build(RandomTable(p=P))
    found = records(run_of(tmp_path, model, growing=False))
    assert found[0].value("random_excluded_over_train") < 1.5
    assert found[0].value("random_excluded_walk_share") > 0.05
    assert state(found) == "holds"
    assert state(found[:4]) == "undecided"


def test_a_circuit_that_grows_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RandomTable, "answer", ModularAddition.answer)  # The "random" table then has a circuit.
    found = records(run_of(tmp_path, planted_transformer(P, KEYS, loss=1e-2), growing=True))
    assert found[0].value("random_excluded_over_train") > 10
    assert found[0].value("random_excluded_rank") > 0.9
    assert found[0].value("random_excluded_walk_share") < 0.05
    assert state(found) == "fails"


def test_runs_on_other_answers_do_not_count(tmp_path: Path) -> None:
    model = planted_transformer(P, KEYS).config.model_copy(update={"seed": 1}).build(RandomTable(p=P))
    directory = run_of(tmp_path, model, growing=False).directory
    other = Experiment(task=ModularAddition(p=P), data=Data(fraction=0.5), model=model.config)
    directory.write_manifest(new_manifest("run", other).model_copy(update={"status": "finished"}))
    found = records(Run(directory.path))
    assert found[0].quantities["random_excluded_rise"].reason == "the answers are not random"
    assert state(found) == "undecided"


@pytest.mark.parametrize("quantity", ["random_excluded_over_train", "random_excluded_walk_share"])
def test_each_part_of_the_rule_counts(quantity: str, tmp_path: Path) -> None:
    model = planted_transformer(P, KEYS).config.model_copy(update={"seed": 1}).build(RandomTable(p=P))
    value = {"random_excluded_over_train": 30.0, "random_excluded_walk_share": 0.001}[quantity]
    planted = [
        one.model_copy(update={"quantities": {**one.quantities, quantity: Measurement(value=value)}})
        for one in records(run_of(tmp_path, model, growing=False))
    ]
    assert state(planted) == "fails"
    assert state(planted[:1] + records(Run(tmp_path / "run"))[1:]) == "undecided"
