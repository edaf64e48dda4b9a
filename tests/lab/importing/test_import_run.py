"""A training that happened elsewhere becomes a run with its checkpoints, its curves, and no invented facts."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import latebloom as lb
from latebloom import UsageError
from latebloom._errors import LatebloomError
from latebloom.analysis import Analysis
from latebloom.cli import main
from latebloom.lab.explorer import page_of
from latebloom.models.layouts import Hints
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory
from latebloom.tasks import Data, ModularAddition
from latebloom.training import Experiment, Trainer

from .conftest import KEYS, STEPS, P, Training, demo, transformer_lens


def saved(folder: Path, content: object) -> Path:
    torch.save(content, folder / "a.pth")
    return folder / "a.pth"


def arena(training: Training, home: Path) -> Path:
    states = [transformer_lens(state) for state in training.states.values()]
    curves = {name: [values[step] for step in STEPS] for name, values in training.curves.items()}
    return saved(
        home, {**curves, "epochs": list(STEPS), "state_dicts": states, "model": states[-1], "config": {"p": P}}
    )


def by_step(training: Training, home: Path) -> Path:
    rows = [{"epoch": s, "train_loss": training.train_losses[s], "val_loss": training.test_losses[s]} for s in STEPS]
    return saved(home, {"weights": {f"epoch_{s}": state for s, state in training.states.items()}, "history": rows})


def items_with_steps(training: Training, home: Path) -> Path:
    losses = {s: training.test_losses[s] for s in STEPS}
    kept = [{"step": s, "model_state_dict": state} for s, state in training.states.items()]
    return saved(home, {"checkpoints": kept, "metrics": {"test_loss": losses, **training.curves}})


def folder(training: Training, home: Path) -> Path:
    for step, state in training.states.items():
        save_file(
            {name: value.contiguous() for name, value in state.items()}, home / f"model-step-{step:06d}.safetensors"
        )
    with (home / "losses.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["step", "train_loss", "test_loss"])
        table.writerows([s, training.train_losses[s], training.test_losses[s]] for s in STEPS)
    return home


@pytest.mark.parametrize("layout", [arena, by_step, items_with_steps, folder])
def test_checkpoints_and_curves_of_layouts_that_people_have(
    layout: Callable[[Training, Path], Path], training: Training, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    run = lb.import_run(layout(training, tmp_path / "files"), "a", tmp_path)
    assert (run.task, run.checkpoints) == (ModularAddition(p=P), list(STEPS))
    for step, state in training.states.items():
        stored = run.checkpoint(step).model.state_dict()
        assert all(torch.equal(stored[name], value) for name, value in state.items())
        for name in ("train", "test"):
            series = run.series(f"{name}_loss")
            assert series.value[series.step == step] == pytest.approx(training.curves[f"{name}_losses"][step])


def test_the_measures_are_those_of_the_original_run(training: Training, demo_file: Path, tmp_path: Path) -> None:
    run = lb.measure(lb.import_run(demo_file, "imported", tmp_path))
    config = lb.circuits.modular.planted_transformer(P, KEYS).config  # type: ignore[attr-defined]
    experiment = Experiment(task=ModularAddition(p=P), data=Data(fraction=0.5, seed=3), model=config)
    directory = RunDirectory(tmp_path / "original")
    directory.create()
    directory.write_manifest(new_manifest("original", experiment))
    for step, state in training.states.items():
        directory.write_checkpoint(step, {name: value.numpy() for name, value in state.items()})
    original = lb.measure(Run(directory.path))
    tables = [one.directory.read_table("measures").to_pydict() for one in (run, original)]
    assert tables[0].keys() == tables[1].keys()
    for name, values in tables[1].items():
        np.testing.assert_allclose(
            np.array(tables[0][name], float), np.array(values, float), rtol=1e-9, atol=1e-12, err_msg=name
        )
    assert Analysis(run).basis == Analysis(original).basis


def test_what_the_file_does_not_say_is_unknown(demo_file: Path, tmp_path: Path) -> None:
    run = lb.import_run(demo_file, "a", tmp_path, settings={"optimiser.lr": "0.01"})
    experiment, manifest = run.experiment, run.manifest
    assert (manifest.seed, manifest.seconds, manifest.began, manifest.status) == (None, None, None, "finished")
    unknown = ("model.seed", "data.seed", "optimiser.weight_decay", "optimiser.name", "training.batch_size")
    assert [experiment.setting(name) for name in unknown] == [None] * len(unknown)
    assert experiment.setting("optimiser.lr") == 0.01
    assert manifest.experiment["optimiser"] == {"lr": 0.01}
    assert "seed" not in manifest.experiment["model"]
    assert Experiment.model_validate(manifest.experiment) == experiment
    with pytest.raises(UsageError, match="unknown, so it cannot be trained"):
        Trainer(experiment)
    assert manifest.imported is not None
    assert manifest.imported.assumed["attention"] == "causal"
    assert "activation" not in manifest.imported.assumed


def test_listed_rows_are_the_train_set(training: Training, demo_file: Path, tmp_path: Path) -> None:
    run = lb.import_run(demo_file, "a", tmp_path)
    rows = Analysis(run).train_rows
    assert rows is not None
    assert sorted(training.train_rows) == rows.tolist()
    assert run.experiment.data.fraction == len(training.train_rows) / P**2


@pytest.mark.parametrize(
    ("rows", "kind", "reason"),
    [
        (list(range(P * P // 2)), "unlisted", "the train loss on these rows is"),
        ([P * P], "unlisted", "but the task has 169 examples"),
        (None, "unknown", ""),
    ],
)
def test_rows_that_are_not_those_of_the_curve_are_not_believed(
    rows: list[int] | None, kind: str, reason: str, training: Training, tmp_path: Path
) -> None:
    content = demo(training)
    del content["train_indices"], content["test_indices"]
    content |= {} if rows is None else {"train_indices": rows}
    run = lb.import_run(saved(tmp_path, content), "a", tmp_path)
    assert run.experiment.data.kind == kind
    assert run.manifest.imported is not None
    assert reason in run.manifest.imported.left_out.get("train_indices", "")
    analysis = Analysis(run)
    assert (analysis.train_rows, dict(analysis.sets)) == (None, {})
    with pytest.raises(UsageError, match="which examples it was trained on is not known"):
        analysis.sets["train"]
    explained = lb.explain(run).model_dump(mode="json")
    assert explained["loss"]["train"] is explained["restricted_loss"]["train"] is None
    assert explained["assumed"]["attention"] == "causal"
    lb.measure(run)
    assert "train_accuracy" not in run.metrics.column_names


def test_losses_that_part_belong_to_a_fixed_train_set(training: Training, tmp_path: Path) -> None:
    content = {"model": training.states[100], "train_losses": [1.0] * 3, "test_losses": [1.0, 11.0, 1.0]}
    assert lb.import_run(saved(tmp_path, content), "a", tmp_path).experiment.data.kind == "unlisted"
    content = {"model": training.states[100], "is_finite": False, "train_losses": [1.0] * 3}
    assert lb.import_run(saved(tmp_path, content), "b", tmp_path).experiment.data.kind == "stream"


@pytest.mark.parametrize(
    ("more", "settings", "known"),
    [
        ({"frac_train": 0.3}, {}, {"kind": "unlisted", "fraction": 0.3}),
        (
            {},
            {"data.kind": "finite", "data.seed": "0", "data.fraction": "0.3"},
            {"kind": "finite", "fraction": 0.3, "seed": 0},
        ),
        ({}, {}, {"kind": "unknown"}),
    ],
)
def test_what_is_said_is_known_though_it_equals_a_default(
    more: dict[str, Any], settings: dict[str, Any], known: dict[str, Any], training: Training, tmp_path: Path
) -> None:
    content = {"model": training.states[100], "train_losses": [1.0] * 3, **more}
    run = lb.import_run(saved(tmp_path, content), "a", tmp_path, settings=settings)
    stored = run.manifest.experiment["data"]
    assert {name: stored[name] for name in ("kind", "fraction", "seed") if name in stored} == known
    for name in ("fraction", "seed"):
        assert run.experiment.setting(f"data.{name}") == known.get(name)


@pytest.mark.parametrize("also", [{"frac_train": 0.3}, {"train_indices": [0, 1]}])
def test_a_stated_stream_is_one_whatever_else_the_file_has(
    also: dict[str, Any], training: Training, tmp_path: Path
) -> None:
    content = {"model": training.states[100], "is_finite": False, "train_losses": [1.0] * 3, **also}
    run = lb.import_run(saved(tmp_path, content), "a", tmp_path)
    assert run.experiment.data.kind == "stream"
    assert run.experiment.setting("data.fraction") is None


def test_the_page_says_where_it_comes_from(demo_file: Path, tmp_path: Path) -> None:
    page = page_of(Analysis(lb.measure(lb.import_run(demo_file, "a", tmp_path))))
    run = page["run"]
    assert (run["seed"], run["seconds"], run["command"], run["optimiser"]) == (None, None, None, {})
    assert run["imported"]["file"] == "full_run_data.pth"
    assert len(run["imported"]["sha256"]) == 64
    assert "train_rows" not in run["data"]
    assert page["modular"]["key_frequencies"] == KEYS


def test_commands_on_an_imported_run(demo_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def call(*arguments: str) -> tuple[int, str, str]:
        status = main([*arguments, "--runs", str(tmp_path)])
        return status, *capsys.readouterr()

    status, out, _ = call("import", str(demo_file), "--name", "a", "--optimiser.weight_decay", "1", "--json")
    made = json.loads(out)
    assert (status, made["experiment"]["optimiser"], made["seed"]) == (0, {"weight_decay": 1.0}, None)
    status, out, _ = call("runs", "--json")
    assert (status, json.loads(out)[0]["seed"], json.loads(out)[0]["recipe"]) == (0, None, "imported")
    assert call("phases", "a")[0] == 0
    status, out, _ = call("claims", "a", "--json")
    assert status in (0, 1)
    assert json.loads(out)
    for arguments, expected in (
        (("import", str(demo_file), "--name", "a"), "an import of this file already"),
        (("import", str(tmp_path / "a")), "is a run of latebloom already"),
        (("import", str(demo_file), "--optimiser.lr", "x"), "optimiser.lr"),
        (("import", str(demo_file), "--training.steps", "9"), "an import does not take it"),
        (("import", str(demo_file), "--data.kind", "finite"), "--data.seed and --data.fraction"),
        (("train", "small", "--name", "a"), "was imported from full_run_data.pth"),
    ):
        status, out, err = call(*arguments)
        assert (status, out, err.count("\n")) == (2, "", 1), err
        assert expected in err


def test_an_interrupted_import_leaves_nothing(demo_file: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"

    def stop(what: str, done: int, total: int) -> None:
        assert [one.name.startswith(".a.importing-") for one in runs.iterdir()] == [True]
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lb.import_run(demo_file, "a", runs, progress=stop)
    assert list(runs.iterdir()) == []
    (runs / ".a.importing-dead00").mkdir()  # as a killed process leaves it
    assert lb.import_run(demo_file, "a", runs).checkpoints == list(STEPS)
    assert [one.name for one in runs.iterdir()] == ["a"]


def test_curves_alone_need_their_task(training: Training, tmp_path: Path) -> None:
    file = saved(tmp_path, training.curves)
    with pytest.raises(UsageError, match="say --task NAME --p P"):
        lb.import_run(file, "a", tmp_path)
    run = lb.import_run(file, "a", tmp_path, hints=Hints(task="modular_addition", p=P))
    assert (run.checkpoints, run.manifest.step, run.phases.guessing) == ([], 100, pytest.approx(np.log(P), rel=1e-2))
    assert "model" not in run.manifest.experiment
    assert (
        page_of(Analysis(run))["missing"]["weights"]
        == "a has no checkpoints, so nothing can be computed from its weights."
    )


@pytest.mark.parametrize(
    ("task", "p", "problem"),
    [
        ("modular_division", 24, "task.p: got 24, expected a prime"),
        ("modular_addition", 2, "task.p: got 2, expected greater than or equal to 3"),
        ("group_composition", 24, "task.entries: .*expected p = 24"),
    ],
)
def test_a_modulus_that_the_task_does_not_take_is_one_line(
    task: str, p: int, problem: str, training: Training, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=problem) as caught:
        lb.import_run(saved(tmp_path, training.curves), "a", tmp_path / "runs", hints=Hints(task=task, p=p))
    assert "\n" not in str(caught.value)


def test_tokens_of_another_order_are_renumbered_in_every_checkpoint(training: Training, tmp_path: Path) -> None:
    """``=`` is token 0 of the file, and the numbers are tokens 1 … p."""
    states = {}
    for step, state in training.states.items():
        W_E = state["embed.W_E"]
        states[step] = state | {"embed.W_E": torch.cat([W_E[P:], W_E[:P]])}
    run = lb.import_run(saved(tmp_path, states), "a", tmp_path)
    for step, state in training.states.items():
        assert torch.equal(run.checkpoint(step).model.state_dict()["embed.W_E"], state["embed.W_E"])


def broken(training: Training) -> dict[str, tuple[Any, str]]:
    first, last = training.states[0], training.states[100]
    wide = lb.models.TransformerConfig(d_model=8, n_heads=1, d_head=8, d_mlp=8).build(ModularAddition(p=P))  # type: ignore[attr-defined]
    return {
        "untrained": (first, "does none of these on more than"),
        "another size": ({0: wide.state_dict(), 100: last}, "step 0: its model has other sizes than the last one"),
        "not a number": (
            {0: {**first, "unembed.W_U": first["unembed.W_U"] * torch.nan}, 100: last},
            "step 0: .*finite",
        ),
        "no curve": ({"losses": [1.0, 2.0]}, "got no curve that a run has"),
        "nothing": ({"a": 1}, "no weights in it"),
    }


@pytest.mark.parametrize("name", ["untrained", "another size", "not a number", "no curve", "nothing"])
def test_unfit_files_are_one_line_and_leave_nothing(name: str, training: Training, tmp_path: Path) -> None:
    content, reason = broken(training)[name]
    with pytest.raises(LatebloomError, match=reason) as caught:
        lb.import_run(saved(tmp_path, content), "a", tmp_path / "runs")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "runs").exists() or not list((tmp_path / "runs").iterdir())


@pytest.mark.parametrize("p", [None, 701])
def test_a_modulus_whose_logits_do_not_fit_into_memory_is_refused(p: int | None, tmp_path: Path) -> None:
    tiny = lb.models.TransformerConfig(d_model=2, n_heads=1, d_head=2, d_mlp=2)  # type: ignore[attr-defined]
    file = saved(tmp_path, {0: tiny.build(ModularAddition(p=701)).state_dict()})
    with pytest.raises(UsageError, match="got a model of p = 701, whose p³ logits take 3 GiB"):
        lb.import_run(file, "a", tmp_path / "runs", hints=Hints(p=p))


def test_files_of_a_folder_that_differ_in_more_than_their_number_are_no_steps(
    training: Training, tmp_path: Path
) -> None:
    for name in ("2_layers", "3_heads"):
        torch.save(training.states[100], tmp_path / f"{name}.pth")
    with pytest.raises(UsageError, match="got 2 files of weights"):
        lb.import_run(tmp_path, "a", tmp_path / "runs")


def test_a_set_that_the_file_lists_is_not_said_again(demo_file: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--data\.fraction: got 0\.3, but the file lists its train set"):
        lb.import_run(demo_file, "a", tmp_path, settings={"data.fraction": "0.3"})


def test_the_last_values_of_curves_of_unequal_density(training: Training, tmp_path: Path) -> None:
    content = {"model": training.states[100], "train_losses": [2.0, 1.0, 0.5, 0.25], "test_losses": [2.0, 1.5]}
    rows = dict(lb.import_run(saved(tmp_path, content), "a", tmp_path).rows())
    assert rows["loss"] == "train 0.25, test 1.5"
