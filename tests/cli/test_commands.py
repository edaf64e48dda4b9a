"""The command line as a user meets it: exit status, one line on stderr, JSON on stdout."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.claims import stored_claims
from latebloom.cli.commands.train import _of_run
from latebloom.cli.output import print_pairs, print_table
from latebloom.recipes import RECIPES
from latebloom.runs import Run

TINY = ["--task.p", "11", "--model.d_model", "16", "--model.d_head", "4", "--model.d_mlp", "16", "--steps", "20"]


def test_a_run_from_training_to_figures_of_speech(call, tmp_path: Path) -> None:
    status, out, _ = call("train", "small", *TINY, "--runs", tmp_path, "--name", "a", "--json", "--seed", "5")
    assert status == 0
    assert json.loads(out)["status"] == "finished"
    assert json.loads(out)["experiment"]["task"]["p"] == 11
    assert json.loads(out)["seed"] == 5
    status, out, _ = call("runs", "--runs", tmp_path, "--json")
    assert [(row["run"], row["status"], row["step"]) for row in json.loads(out)] == [("a", "finished", 20)]
    status, out, _ = call("explain", "a", "--runs", tmp_path, "--json")
    assert (status, json.loads(out)["p"]) == (0, 11)
    assert call("figure", "training-curve", "a", "--runs", tmp_path)[0] == 0
    assert (tmp_path / "a" / "figures" / "training-curve.svg").is_file()
    _, out, _ = call("figure", "training-curve", "a", "a", "--runs", tmp_path, "--json")
    assert json.loads(out)["files"] == [str(tmp_path / "a" / "figures" / "training-curve.svg")] * 2
    status, out, _ = call("measure", "a", "--runs", tmp_path, "--json")
    assert (status, json.loads(out)["last"]["step"]) == (0, 20)
    assert call("explain", "a", "--runs", tmp_path)[1].split()[:5] == ["does", "the", "task", "no:", "it"]
    assert call("runs", "--runs", tmp_path)[1].count("\n") == 2


def test_the_end_of_training_names_a_collapse(call, tmp_path: Path) -> None:
    adam = ["--optimiser.name", "adam", "--optimiser.lr", "0.02", "--steps", "100", "--runs", tmp_path]
    _, out, _ = call("train", "small", *TINY, *adam)
    assert "Collapsed: the sum of squared weights fell from" in out
    assert "try --optimiser.name adamw" in out
    assert "ollapse" not in call("train", "small", *TINY, "--runs", tmp_path)[1]


def test_a_training_goes_on_from_a_finished_run(call, tmp_path: Path) -> None:
    train = ("train", "small", *TINY, "--runs", tmp_path)
    assert call(*train, "--name", "first")[0] == 0
    status, out, _ = call(*train, "--steps", "30", "--from", "first", "--json")
    manifest = json.loads(out)
    assert (status, manifest["step"], manifest["started_from"]["name"]) == (0, 30, "first")
    onwards = _of_run(Run(tmp_path / manifest["name"]), ["small", "--from", "first", "--steps", "30"])
    assert onwards == ["small", "--name", manifest["name"]], "to train it for longer"
    status, _, err = call(*train, "--steps", "10", "--from", tmp_path / "first", "--name", "shorter")
    assert (status, err.count("\n")) == (2, 1)
    assert "got 10, expected at least 20" in err


def test_many_seeds_at_once(call, tmp_path: Path) -> None:
    arguments = ("train", "small", *TINY, "--seeds", "0:3", "--runs", tmp_path, "--name", "many")
    status, out, _ = call(*arguments, "--json")
    assert status == 0
    assert [outcome["status"] for outcome in json.loads(out)] == ["finished"] * 3
    assert len(list((tmp_path / "many").glob("small-*/manifest.json"))) == 3
    assert call(*arguments, "--quiet")[1].count("finished") == 3


def test_measures_do_not_need_phases(call, tmp_path: Path, planted_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(run: Run) -> None:
        raise UsageError("no phases here")

    shutil.copytree(planted_run.path, tmp_path / "r")
    call("measure", tmp_path / "r")
    monkeypatch.setattr(Run, "phases", property(without))
    shutil.rmtree(tmp_path / "r" / "kept", ignore_errors=True)
    status, out, _ = call("measure", tmp_path / "r", "--json")
    assert (status, json.loads(out)["checkpoints"]) == (0, 4)


def test_lists(call) -> None:
    assert set(json.loads(call("recipes", "--json")[1])) == set(RECIPES)
    assert "random_table" in json.loads(call("tasks", "--json")[1])
    assert "mainline" in call("recipes")[1]
    assert call("tasks")[0] == 0
    assert len(json.loads(call("claims", "--json")[1])) >= 40


def test_claims_of_a_run(call, planted_run: Run) -> None:
    status, out, _ = call("claims", planted_run.path, "--json")
    (verdicts,) = json.loads(out).values()
    assert status == int(any(verdict["outcome"] == "fails" for verdict in verdicts.values()))
    assert verdicts["logits-are-cosines"]["outcome"] == "holds"
    assert "subtraction-same-algorithm" not in verdicts
    document = planted_run.directory.read_document("quantities")
    assert stored_claims(planted_run) is not None  # so that a report need not measure them again
    planted_run.directory.write_document("quantities", {**document, "step": document["step"] + 1})
    assert stored_claims(planted_run) is None


def test_claims_of_a_file(call, tmp_path: Path) -> None:
    torch.save({"train_losses": [2.0, 1.0], "test_losses": [2.0, 2.0]}, tmp_path / "curves.pth")
    status, out, err = call("claims", tmp_path / "curves.pth", "--json")
    assert (status, json.loads(out)) == (2, {})
    assert "curves.pth is skipped: it holds curves alone" in err
    _, out, _ = call("claims", f"trigrams-few={tmp_path / 'curves.pth'}", "--json")
    assert set(json.loads(out)) == {"curves.pth"}


WRONG = [
    ["frobnicate"],
    ["bench", "everything"],
    ["train", "small", "--seeds", "five"],
    ["train", "small", "--seed", "0", "--seeds", "0:2"],
    ["train", "small", "--seeds", "0:2", "--from", "nonesuch"],
    ["train", "small", "--from", "nonesuch"],
    ["train", "small", "--forward", "backwards"],
    [],
    ["train"],
    ["train", "nonesuch"],
    ["train", "small", "--task.p", "2"],
    ["train", "small", "--task.p", "many"],
    ["train", "small", "--data.fraction", "0"],
    ["train", "small", "--data.fraction", "1.5"],
    ["train", "small", "--data.fraction", "nan"],
    ["train", "small", "--task.p", "3", "--data.fraction", "0.01"],
    ["train", "small", "--task.q", "3"],
    ["train", "small", "--nonsense.lr", "3"],
    ["train", "small", "--optimiser.lr"],
    ["train", "small", "--optimiser.lr", "-1"],
    ["train", "small", "--optimiser.betas", "0.9"],
    ["train", "small", "--seed", "x"],
    ["train", "small", "--seed", "-1"],
    ["train", "small", "--steps", "0"],
    ["train", "small", "--data.kind", "stream"],
    ["train", "small", "--task.name", "multiplication"],
    ["train", "small", "--task.name", "modular_division", "--task.p", "12"],
    ["train", "small", "--recording.checkpoints", "often"],
    ["train", "small", "--training.device", "tpu"],
    ["train", "small", "--runs", "/dev/null"],
    ["train", "small", "--runs", ""],
    ["train", "small", "--name", ""],
    ["train", "small", "--name", "a" * 300],
    ["train", "small", "--name", "../elsewhere"],
    ["train", "small", "--name", "/elsewhere"],
    ["train", "small", "--seed", "99999999999999999999"],
    ["train", "small", "--task.p", "1000000000000"],
    ["train", "small", "--model.d_mlp", "1000000000000"],
    ["train", "small", "--model.n_layers", "1000000000"],
    ["train", "small", "--model.n_layers", "1000000000", "--model.d_model", "1", "--model.d_mlp", "0"],
    ["train", "small", "--model.d_model", "1000000000"],
    ["train", "embedding_mlp", "--model.widths", "1000000,1000000"],
    ["train", "small", "--optimiser.l1", "1e300"],
    ["train", "small", "--optimiser.warmup", "1" + "0" * 39],
    ["train", "small", "--steps", "1" + "0" * 39],
    ["train", "small", "--training.batch_size", "9" * 5000],
    ["train", "small", "--optimiser.betas", "none"],
    ["explain"],
    ["explain", ""],
    ["explain", "{run}", "--step", "9" * 300],
    ["explain", "nothing-there"],
    ["explain", "nothing-there.pth"],
    ["explain", "{run}", "--step", "7"],
    ["explain", "{run}", "--rule", "taste"],
    ["explain", "{run}/manifest.json"],
    ["measure", "nothing-there"],
    ["measure", "{run}", "--rule", "taste"],
    ["measure", "{run}", "--with", "taste"],
    ["llc", "{run}", "--gamma", "inf"],
    ["llc", "{run}", "--beta", "inf"],
    ["llc", "{run}", "--step-size", "nan"],
    ["claims", "nothing-there"],
    ["figure", "nonesuch", "{run}"],
    ["figure", "training-curve", "nothing-there"],
    ["figure", "training-curve", "{run}", "{run}", "--out", "a.svg"],
    ["figure", "training-curve", "{run}", "--out", "picture.bmp"],
    ["figure", "training-curve", "{run}", "--out", "no/such/directory.svg"],
    ["report", "nothing-there"],
    ["report", "{run}", "--out", ""],
    ["report", "{run}", "--out", "{run}"],
    ["report", "{run}", "--out", "no/such/directory.html"],
    ["runs", "--runs", "/dev/null"],
    ["runs", "--bogus"],
    ["recipes", "extra"],
    ["tasks", "extra"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_use_is_one_line_and_status_2(
    arguments: list[str], call, planted_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(file.name for file in planted_run.path.rglob("*"))
    status, out, err = call(*(argument.replace("{run}", str(planted_run.path)) for argument in arguments))
    assert (status, out) == (2, "")
    assert err.startswith("latebloom")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert sorted(file.name for file in planted_run.path.rglob("*")) == before


def test_another_kind_of_model_or_task_from_the_command_line(call, tmp_path: Path) -> None:
    changes = ["--model.kind", "mlp", "--task.name", "random_table", "--task.p=7", "--model.d_mlp", "9", "--steps", "2"]
    status, out, _ = call("train", "small", *changes, "--training.batch_size", "none", "--runs", tmp_path, "--json")
    experiment = json.loads(out)["experiment"]
    assert status == 0
    assert experiment["model"] == {"kind": "mlp", "d_mlp": 9, "seed": 0}
    assert experiment["task"] == {"name": "random_table", "p": 7, "table_seed": 0}


def test_help_of_every_command(call) -> None:
    from latebloom.cli.main import COMMANDS

    for name in COMMANDS:
        status, out, _ = call(name, "--help")
        assert status == 0
        assert out.startswith(f"usage: latebloom {name}")
    assert "--optimiser.lr" in call("train", "--help")[1]
    assert "accuracy_at_least" in call("measure", "--help")[1]


def test_the_top_level_loads_no_torch() -> None:
    code = "import sys, latebloom, latebloom.explorer; from latebloom.cli import main; main(['--help']); "
    code += "main(['runs', '--runs', '/nonexistent']); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_plain_lines_when_it_is_not_a_terminal(call, tmp_path: Path) -> None:
    _, _, err = call("train", "small", *TINY, "--runs", tmp_path)
    assert "step 20/20  train" in err
    assert call("train", "small", *TINY, "--runs", tmp_path / "b", "--quiet")[2] == ""


def test_a_folder_that_was_removed_is_one_line(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    status, _, err = call("runs")
    assert (status, err) == (
        2,
        "latebloom: there is no present folder (No such file or directory); change to one that is there\n",
    )


def test_what_a_terminal_would_act_on_is_not_printed(capsys) -> None:
    print_table(["a\x1b[31mb"], [["[bold]x\x1b]0;y\x07"], ["two\nlines\u202f1"]])
    print_pairs([("n\x1b[2J", "v\r")])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == ["a?[31mb", "[bold]x?]0;y?", "two", "lines\u202f1", "n?[2J  v"]
