"""A run whose task is defined outside latebloom: its manifest names the class, and opening it imports nothing."""

import sys
from pathlib import Path

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.runs import open_run
from latebloom.runs.recorder import new_manifest
from latebloom.store import Manifest, RunDirectory, identity
from latebloom.tasks import ModularTask
from latebloom.training import OPTIMISERS, Experiment, Optimiser, UpdateRule


class FirstOperand(ModularTask):
    summary = "x"

    def answer(self, x, y):
        return x


def build_sgd(model: torch.nn.Module, settings: Optimiser) -> torch.optim.SGD:
    return torch.optim.SGD(model.parameters(), settings.lr)


OPTIMISERS.register(UpdateRule("plain_sgd", build_sgd))


def write_run(path: Path, manifest: Manifest) -> Path:
    directory = RunDirectory(path)
    directory.create()
    directory.write_manifest(manifest)
    return path


def test_an_unregistered_optimiser_is_named(tmp_path: Path) -> None:
    manifest = new_manifest("run", Experiment())
    experiment = {**manifest.experiment, "optimiser": {"name": "unknown_rule"}}
    changes = {
        "experiment": experiment,
        "experiment_hash": identity(experiment),
        "classes": {"optimiser": "lb_x:build"},
    }
    path = write_run(tmp_path / "run", manifest.model_copy(update=changes))
    with pytest.raises(UsageError, match=r"its optimiser 'unknown_rule' is lb_x:build.*import lb_x first"):
        _ = open_run(path).experiment


def with_unknown_task(manifest: Manifest, place: str) -> Manifest:
    experiment = {**manifest.experiment, "task": {"name": "unknown_task", "p": 7}}
    changes = {"experiment": experiment, "experiment_hash": identity(experiment), "classes": {"task": place}}
    return manifest.model_copy(update=changes)


def test_the_manifest_names_classes_of_other_packages_only(tmp_path: Path) -> None:
    manifest = new_manifest("run", Experiment(task=FirstOperand(p=7), optimiser=Optimiser(name="plain_sgd")))
    assert manifest.classes == {"task": f"{__name__}:FirstOperand", "optimiser": f"{__name__}:build_sgd"}
    assert new_manifest("run", Experiment()).classes == {}
    assert open_run(write_run(tmp_path / "run", manifest)).experiment.task == FirstOperand(p=7)


def test_a_manifest_from_before_the_field_is_read() -> None:
    stored = new_manifest("run", Experiment()).model_dump(mode="json")
    del stored["classes"]
    assert Manifest.model_validate(stored).classes == {}


def test_an_unregistered_class_is_named_and_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lb_trap.py").write_text("from pathlib import Path\nPath('imported').touch()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    path = write_run(tmp_path / "run", with_unknown_task(new_manifest("run", Experiment()), "lb_trap:Operation"))
    with pytest.raises(UsageError) as raised:
        _ = open_run(path).experiment
    assert str(raised.value) == (
        f"{path}: its task 'unknown_task' is lb_trap:Operation, which is not registered; import lb_trap first, or add "
        "--import lb_trap"
    )
    assert "lb_trap" not in sys.modules
    assert not Path("imported").exists()


def test_a_class_of_a_notebook_has_no_module_to_import(tmp_path: Path) -> None:
    path = write_run(tmp_path / "run", with_unknown_task(new_manifest("run", Experiment()), "__main__:Operation"))
    with pytest.raises(UsageError, match="run the script or notebook cell that defines it first"):
        _ = open_run(path).experiment
