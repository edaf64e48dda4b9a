"""The answers that need torch, and the process that computes them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from latebloom._errors import StoreError, UsageError
from latebloom.lab.serving.answers import answer
from latebloom.lab.serving.diagrams import sweep_diagrams
from latebloom.lab.serving.process import Process
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.training import Experiment

STEPS = np.arange(0, 1001, 10)


def finished(path: Path, experiment: Experiment, learned_at: float, status: str = "finished", step: int = 1000) -> None:
    """A run without weights whose train set is learned at step 20, and its test set at the given step."""
    directory = RunDirectory(path)
    directory.create()
    rows = [
        {
            "step": int(s),
            "train_loss": 2.4 if s < 20 else 0.01,
            "test_loss": 2.4 if s < learned_at else 0.01,
            "train_accuracy": float(s >= 20),
            "test_accuracy": float(s >= learned_at),
        }
        for s in STEPS
        if s <= step
    ]
    directory.write_table("metrics", append_rows(empty_table(), rows))
    directory.write_manifest(new_manifest(path.name, experiment).model_copy(update={"status": status, "step": step}))


@pytest.fixture
def grid(tmp_path: Path, tiny: Callable[..., Experiment]) -> Path:
    """Two rates by two decays by two seeds; the runs of one cell memorise, and one run is cut off."""
    for lr in (0.01, 0.1):
        for decay in (0.0, 1.0):
            for seed in (0, 1):
                settings = {"optimiser.lr": lr, "optimiser.weight_decay": decay}
                experiment = tiny(1000).with_settings(settings).with_seed(seed)
                learned_at = 5000 if (lr, decay) == (0.1, 0.0) else 400 + 100 * seed
                finished(tmp_path / "sweep" / f"{lr:g}-{decay:g}-{seed}", experiment, learned_at)
    finished(tmp_path / "sweep" / "cut-off", tiny(1000).with_seed(2), 5000, "interrupted", 100)
    return tmp_path / "sweep"


def test_a_sweep_as_phase_diagrams(grid: Path) -> None:
    (grid / "damaged").mkdir()
    (grid / "damaged" / "manifest.json").write_text("{")
    before = sorted(grid.rglob("*"))
    found = sweep_diagrams(grid)
    assert found["fields"] == ["optimiser.lr", "optimiser.weight_decay", "seed"]
    first = found["diagrams"][0]
    assert (first["x"], first["y"], first["x_levels"], first["y_levels"]) == (
        *found["fields"][:2],
        (0.01, 0.1),
        (0.0, 1.0),
    )
    cells = {(cell["x"], cell["y"]): cell for cell in first["cells"]}
    assert cells[0.1, 0.0]["majority"] == "memorised"
    assert cells[0.1, 0.0]["median"]["value"] is None
    grokked = cells[0.01, 0.0]
    assert (grokked["majority"], grokked["median"]["value"], grokked["runs"]) == (
        "grokked",
        450,
        ["0.01-0-0", "0.01-0-1"],
    )
    assert sum(cell["undecided"] for cell in first["cells"]) == 1
    assert "expected JSON" in found["cannot"]["damaged"]
    assert sorted(grid.rglob("*")) == before  # nothing was written
    assert json.loads(answer("sweep", grid, -1))["fields"] == found["fields"]


def test_a_sweep_over_seeds_alone(tmp_path: Path, tiny: Callable[..., Experiment]) -> None:
    for seed in (0, 1):
        finished(tmp_path / f"run-{seed}", tiny(1000).with_seed(seed), 400)
    assert [(one["x"], one["y"]) for one in sweep_diagrams(tmp_path)["diagrams"]] == [("seed", "recipe")]
    with pytest.raises(UsageError, match="got no run that can be read"):
        sweep_diagrams(tmp_path / "nowhere")


def test_a_page_from_the_store_alone(planted_run: Run) -> None:
    page = json.loads(answer("page", planted_run.path, -1))
    assert page["pending"] == ["explanation", "verdicts"]
    assert (page["phases"]["outcome"], page["modular"]["explanation"], page["verdicts"]) == ("grokked", None, [])
    explained = json.loads(answer("explained", planted_run.path, -1))
    assert (explained["pending"], explained["modular"]["key_frequencies"]) == (["verdicts"], [3, 5, 9])
    assert json.loads(answer("outcome", planted_run.path, -1)) == "grokked"
    assert json.loads(answer("phases", planted_run.path, -1))["outcome"] == "grokked"


def test_weights_that_came_later(planted_run: Run) -> None:
    def steps(packed: bytes) -> list[int]:
        header = json.loads(packed[4 : 4 + int.from_bytes(packed[:4], "little")])
        return [kept["step"] for kept in header["checkpoints"]]

    assert steps(answer("weights", planted_run.path, -1)) == [0, 2000, 4000, 6000]
    assert steps(answer("weights", planted_run.path, 2000)) == [4000, 6000]
    assert answer("weights", planted_run.path, 6000) == b""


def test_the_process_survives_what_it_is_asked(planted_run: Run, tmp_path: Path) -> None:
    process = Process(patience=300)
    try:
        assert json.loads(process("outcome", planted_run.path)) == "grokked"
        with pytest.raises(UsageError, match="no run at"):
            process("outcome", tmp_path)
        shutil.copytree(planted_run.path, tmp_path / "odd")
        RunDirectory(tmp_path / "odd").write_checkpoint(8000, {"other": np.zeros(1)})
        with pytest.raises(StoreError, match="odd: ValueError: expected at least one checkpoint, and the same tensors"):
            process("weights", tmp_path / "odd")
        process._child[0].kill()  # type: ignore[index]
        process._child[0].join()  # type: ignore[index]
        assert json.loads(process("outcome", planted_run.path)) == "grokked"
    finally:
        process.stop()
    with pytest.raises(StoreError, match="took longer than 0 s"):
        Process(patience=0)("outcome", planted_run.path)
