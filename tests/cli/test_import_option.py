"""Code of a user on the command line: --import MODULE, and MODULE:FUNCTION as a recipe."""

import json
import sys
from pathlib import Path

import pytest

from latebloom import _registry
from latebloom._errors import UsageError
from latebloom.cli.parser import split_imports

MODULE = """
from latebloom.models import TransformerConfig
from latebloom.recipes import RECIPES
from latebloom.tasks import ModularTask
from latebloom.training import Experiment, Training

class {name}(ModularTask):
    summary = "x + 3y mod p"
    def answer(self, x, y):
        return (x + 3 * y) % self.p

def {function}(seed):
    model = TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=16)
    return Experiment(task={name}(p=11), model=model, training=Training(steps=20)).with_seed(seed)
"""


@pytest.fixture(autouse=True)
def _directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv(_registry.VARIABLE, "")


def test_a_recipe_of_a_module_is_trained_and_opened(call) -> None:
    Path("lb_cli_parts.py").write_text(MODULE.format(name="PlusThree", function="plus_three"))
    status, out, _ = call("train", "lb_cli_parts:plus_three", "--seed", "2", "--name", "a", "--json")
    stored = json.loads(out)
    assert (status, stored["status"], stored["seed"]) == (0, "finished", 2)
    assert stored["experiment"]["task"] == {"name": "plus_three", "p": 11}
    assert stored["classes"] == {"task": "lb_cli_parts:PlusThree"}
    assert json.loads(call("explain", "a", "--json")[1])["task"] == "plus_three"
    changed = call("train", "lb_cli_parts:plus_three", "--task.p", "7", "--name", "b", "--json")[1]
    assert json.loads(changed)["experiment"]["task"] == {"name": "plus_three", "p": 7}
    assert call("sweep", "lb_cli_parts:plus_three", "--seeds", "0:2", "--dry-run")[1].startswith("sweep")


def _suggested(out: str) -> list[list[str]]:
    lines = out.partition("What to do next:\n")[2].splitlines()
    return [line.partition("#")[0].split() for line in lines]


TINY = ["--task.p", "7", "--model.d_model", "8", "--model.d_head", "4", "--model.d_mlp", "8"]
TINY += ["--steps", "4", "--forward", "plain", "--quiet"]


def test_a_suggested_command_imports_the_module_too(call, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("lb_cli_next.py").write_text(MODULE.format(name="PlusFive", function="plus_five"))
    out = call("train", "small", "--import", "lb_cli_next", "--task.name", "plus_five", *TINY, "--name", "theirs")[1]
    assert [words[-2:] for words in _suggested(out)] == [["--import", "lb_cli_next"]] * 3
    assert _registry.suggested("measure", "a b") == "latebloom measure 'a b' --import lb_cli_next"
    monkeypatch.setenv(_registry.VARIABLE, "")
    assert all("--import" not in words for words in _suggested(call("train", "small", *TINY)[1]))


@pytest.mark.parametrize("arguments", [("--import", "lb_cli_tasks", "tasks"), ("tasks", "--import=lb_cli_tasks")])
def test_import_stands_before_or_after_the_command(call, arguments: tuple[str, ...]) -> None:
    Path("lb_cli_tasks.py").write_text(MODULE.format(name="PlusFour", function="plus_four"))
    status, out, _ = call(*arguments, "--json")
    assert (status, json.loads(out)["plus_four"]) == (0, "x + 3y mod p")


@pytest.mark.parametrize("arguments", [["tasks", "--import"], ["tasks", "--import", "lb_no_such_module"]])
def test_a_wrong_import_is_one_line(call, arguments: list[str]) -> None:
    status, out, err = call(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)


def test_split_imports() -> None:
    assert split_imports(["--import", "a", "train", "x", "--import=b.c", "--steps", "3"]) == (
        ["a", "b.c"],
        ["train", "x", "--steps", "3"],
    )
    with pytest.raises(UsageError, match="--import: got no module"):
        split_imports(["train", "--import", "--steps"])


def test_a_file_cannot_name_code(call) -> None:
    Path("lb_cli_trap.py").write_text("raise SystemExit(3)\n")
    Path("sweep.toml").write_text('recipe = "lb_cli_trap:recipe"\n')
    status, out, err = call("sweep", "sweep.toml", "--dry-run")
    assert (status, out) == (2, "")
    assert "a file cannot name code to import" in err
    assert "lb_cli_trap" not in sys.modules
