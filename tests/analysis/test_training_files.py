"""A folder with the course of a training: what is read in it, and the hash that identifies it."""

import json
from pathlib import Path

import pytest
import torch

from latebloom.analysis.weight_files import open_training
from latebloom.models import TransformerConfig
from latebloom.tasks import ModularAddition

CURVES = "step,train_loss\n0,2.5\n100,1.5\n"


def fill(folder: Path, names: list[str], curves: str = CURVES) -> Path:
    model = TransformerConfig(d_model=8, n_heads=1, d_head=8, d_mlp=8).build(ModularAddition(p=7))
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        torch.save(model.state_dict(), folder / name)
    (folder / "run.csv").write_text(curves)
    (folder / "config.json").write_text(json.dumps({"p": 7}))
    return folder


def test_a_table_of_the_same_name_as_the_weights_is_read(tmp_path: Path) -> None:
    folder = fill(tmp_path, ["run.pt"])
    assert open_training(folder).curves["train_loss"].steps == (0, 100)
    (folder / "run.json").write_text(json.dumps({"p": 7, "train_loss": [2.0, 1.0]}))
    found = open_training(folder)
    assert (found.config, found.curves["train_loss"].steps) == ({"p": 7, "train_loss": [2.0, 1.0]}, (0, 100))


@pytest.mark.parametrize("names", [["run.pt"], ["step-0.pt", "step-100.pt"], ["step-0/model.pt", "step-100/model.pt"]])
def test_the_hash_is_of_all_that_was_read(names: list[str], tmp_path: Path) -> None:
    one, same = fill(tmp_path / "one", names), fill(tmp_path / "same", names)
    others = [fill(tmp_path / "curves", names, CURVES.replace("2.5", "2.6")), fill(tmp_path / "settings", names)]
    beside = Path(names[-1]).with_suffix(".json")
    (others[1] / beside).write_text(json.dumps({"p": 11}))
    (one / "notes.txt").write_text("not read")
    assert open_training(one).sha256 == open_training(same).sha256
    assert len({open_training(folder).sha256 for folder in (one, *others)}) == 3


def test_the_hash_of_weights_alone_is_that_of_their_file(tmp_path: Path) -> None:
    folder = fill(tmp_path, ["run.pt"])
    for name in ("run.csv", "config.json"):
        (folder / name).unlink()
    assert open_training(folder).sha256 == open_training(folder / "run.pt").sha256
