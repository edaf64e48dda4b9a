import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from latebloom._errors import DamagedFileError, DivergedError, RunLockedError, RunNotFoundError, StoreError, UsageError
from latebloom.analysis import Analysis
from latebloom.circuits.modular import views
from latebloom.runs import Run, open_run, train_run
from latebloom.store import RunDirectory, RunLock, identity
from latebloom.training import Optimiser


def files(run: Run) -> dict[str, bytes]:
    """All but what has times or process numbers in it."""
    found = [file for file in run.path.rglob("*") if file.is_file() and file.name not in ("manifest.json", ".lock")]
    return {str(file.relative_to(run.path)): file.read_bytes() for file in found}


def stop_at(step: int):
    """An observer that presses Ctrl-C at a step."""

    def observe(record) -> None:
        if record.step == step:
            signal.raise_signal(signal.SIGINT)

    return observe


def test_a_run_is_complete_by_itself(tiny, tmp_path: Path) -> None:
    run = train_run(tiny(25), "a", tmp_path)
    assert run.status == "finished"
    assert run.manifest.stopped_because == "reached 25 steps"
    assert run.checkpoints == [0, 10, 20, 25]
    assert run.metrics["step"].to_pylist() == [0, 5, 10, 15, 20, 25]
    assert run.experiment == tiny(25)
    assert run.manifest.device["threads"] == torch.get_num_threads()
    loss = run.metrics["test_loss"].to_pylist()[-1]
    final = Analysis(run).final
    mask = final.get(views.train_mask)
    assert int(mask.sum()) == 60
    assert final.get(views.grid).loss(mask=~mask) == pytest.approx(loss, rel=1e-4)
    assert "finished" in run._repr_html_()


def test_ctrl_c_ends_cleanly_and_resumes_to_the_same_bits(tiny, tmp_path: Path) -> None:
    whole = train_run(tiny(25), "whole", tmp_path)
    cut = train_run(tiny(25), "cut", tmp_path, observer=stop_at(15))
    assert cut.status == "interrupted"
    assert cut.manifest.step == 15
    train_run(tiny(25), "cut", tmp_path, resume=True, observer=stop_at(20))
    assert files(train_run(tiny(25), "cut", tmp_path, resume=True)) == files(whole)


def test_a_run_can_be_made_longer(tiny, tmp_path: Path) -> None:
    train_run(tiny(20), "short", tmp_path)
    longer = train_run(tiny(40), "short", tmp_path, resume=True)
    assert files(longer) == files(train_run(tiny(40), "long", tmp_path))


def test_killed_at_random_moments_it_resumes_to_the_same_bits(tiny, tmp_path: Path) -> None:
    experiment = tiny(400)
    whole = train_run(experiment, "whole", tmp_path)
    script = tmp_path / "train.py"
    script.write_text(
        "import sys; from pathlib import Path; import torch; torch.set_num_threads(int(sys.argv[2]))\n"
        "from latebloom.runs import train_run; from latebloom.training import Experiment\n"
        "experiment = Experiment.model_validate_json(Path(sys.argv[1]).read_text())\n"
        "show = lambda record: print(record.step, flush=True)\n"
        f"train_run(experiment, 'killed', {str(tmp_path)!r}, resume=True, observer=show)\n"
    )
    (tmp_path / "experiment.json").write_text(experiment.model_dump_json())
    command = [sys.executable, str(script), str(tmp_path / "experiment.json"), str(torch.get_num_threads())]
    for moment in (3, 77, 250):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if int(line) >= moment:
                    process.kill()
        assert open_run("killed", tmp_path).status == "interrupted"
    assert files(train_run(experiment, "killed", tmp_path, resume=True)) == files(whole)


def test_a_run_from_before_a_setting_was_there_goes_on(tiny, tmp_path: Path) -> None:
    run = train_run(tiny(30), "old", tmp_path, observer=stop_at(15))
    manifest = json.loads((run.path / "manifest.json").read_text())
    del manifest["experiment"]["optimiser"]["l1"]
    manifest["experiment_hash"] = identity(manifest["experiment"])
    (run.path / "manifest.json").write_text(json.dumps(manifest))
    assert train_run(tiny(30), "old", tmp_path, resume=True).status == "finished"


def test_a_run_from_before_settings_were_renamed_resumes(tiny, tmp_path: Path) -> None:
    experiment = tiny(30).with_settings({"model.d_mlp": 0, "model.residual_scale": 2, "model.qk_init_scale": 1.5})
    run = train_run(experiment, "old", tmp_path, observer=stop_at(15))
    manifest = json.loads((run.path / "manifest.json").read_text())
    model = manifest["experiment"]["model"]
    model["skip"], model["attending"] = model.pop("residual_scale"), model.pop("qk_init_scale")
    manifest["experiment_hash"] = identity(manifest["experiment"])
    (run.path / "manifest.json").write_text(json.dumps(manifest))
    assert open_run("old", tmp_path).experiment == experiment
    with pytest.raises(UsageError, match=r"has model\.residual_scale 2\.0, got 1\.0"):
        train_run(experiment.with_settings({"model.residual_scale": 1}), "old", tmp_path)
    assert train_run(experiment, "old", tmp_path).status == "finished"
    assert files(run) == files(train_run(experiment, "whole", tmp_path))


def test_a_settled_run_is_resumed_with_its_rule_replayed(tiny, tmp_path: Path) -> None:
    run = train_run(tiny(30, stop="settled"), "a", tmp_path, observer=stop_at(15))
    assert run.status == "interrupted"
    assert train_run(tiny(30, stop="settled"), "a", tmp_path, resume=True).status == "finished"


def test_an_existing_run_is_never_overwritten(tiny, tmp_path: Path) -> None:
    before = files(train_run(tiny(10), "a", tmp_path))
    with pytest.raises(UsageError, match="already contains a run; continue it with resume=True"):
        train_run(tiny(10), "a", tmp_path, resume=False)
    other = tiny(10).model_copy(update={"optimiser": Optimiser(lr=5e-4)})
    with pytest.raises(UsageError, match=r"has optimiser\.lr 0\.01, got 0\.0005"):
        train_run(other, "a", tmp_path, resume=True)
    assert files(Run(tmp_path / "a")) == before


def test_a_second_writer_is_refused(tiny, tmp_path: Path) -> None:
    run = train_run(tiny(10), "a", tmp_path)
    with RunLock(run.path), pytest.raises(RunLockedError, match="being written by process"):
        train_run(tiny(20), "a", tmp_path, resume=True)


def test_divergence_keeps_what_was_recorded_and_says_what_to_try(tiny, tmp_path: Path) -> None:
    wild = tiny(500).model_copy(update={"optimiser": Optimiser(name="sgd", lr=1e9, weight_decay=0, warmup=0)})
    with pytest.raises(DivergedError, match=r"at step \d+; the last good checkpoint is at step 0 in .*; try a lower"):
        train_run(wild, "wild", tmp_path)
    run = open_run("wild", tmp_path)
    assert run.status == "diverged"
    assert "try a lower optimiser.lr" in run.manifest.message
    assert run.checkpoint(0).model is not None
    assert len(run.metrics) >= 1


def test_a_full_disk_leaves_the_last_state_whole(tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = train_run(tiny(30), "whole", tmp_path)

    def full(self: RunDirectory, step: int, tensors: object, run: str) -> None:
        if step >= 20:
            raise StoreError(
                "disk full while writing: the previous state is kept; free space and continue with --resume"
            )
        original(self, step, tensors, run)

    original = RunDirectory.write_state
    with monkeypatch.context() as patched:
        patched.setattr(RunDirectory, "write_state", full)
        with pytest.raises(StoreError, match="disk full"):
            train_run(tiny(30), "a", tmp_path)
    assert open_run("a", tmp_path).status == "interrupted"
    assert files(train_run(tiny(30), "a", tmp_path, resume=True)) == files(whole)


def test_what_is_not_there_is_said_in_one_line(tiny, tmp_path: Path) -> None:
    with pytest.raises(RunNotFoundError, match="expected a run directory or a name"):
        open_run("nothing", tmp_path)
    run = train_run(tiny(10), "a", tmp_path)
    with pytest.raises(UsageError, match="no checkpoint at step 7"):
        run.checkpoint(7)
    with pytest.raises(UsageError, match="latebloom measure"):
        run.series("restricted_loss")


@pytest.mark.parametrize("lost", ["manifest.json", "state.safetensors", "metrics.parquet"])
def test_a_run_with_a_part_gone_is_refused_and_kept(lost: str, tmp_path: Path, tiny) -> None:
    run = train_run(tiny(20), "a", tmp_path)
    (run.path / lost).unlink()
    before = sorted(run.path.rglob("*"))
    with pytest.raises(DamagedFileError, match=lost):
        train_run(tiny(30), "a", tmp_path, resume=True)
    assert sorted(file for file in run.path.rglob("*")) == before


def test_a_run_is_not_made_shorter(tmp_path: Path, tiny) -> None:
    run = train_run(tiny(20), "a", tmp_path)
    with pytest.raises(UsageError, match="is at step 20 already"):
        train_run(tiny(10), "a", tmp_path, resume=True)
    assert run.manifest.steps_planned == 20
