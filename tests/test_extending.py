"""docs/extending.md as its reader uses it: its Python blocks are one module, and its commands run in the order given.

The commands run in one other process, since the parts stay registered in the process that imports the module.
Models and step counts are made tiny; nothing else of a command is changed.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

GUIDE = (Path(__file__).parent.parent / "docs" / "extending.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
COMMANDS = re.findall(r"^ {4,}latebloom (.*)$", GUIDE, re.MULTILINE)
TINY = {
    "--model.d_model": "16",
    "--model.n_heads": "2",
    "--model.d_head": "8",
    "--model.d_mlp": "16",
    "--steps": "20",
    "--recording.checkpoints": "20",
}
TRAINING = ("train", "sweep")
JUDGED = {"claims": (0, 1)}
"""Exit statuses other than 0: 1 where a claim fails."""

SESSION = """
import json, sys
from latebloom.cli import main

for command, allowed in json.loads(sys.argv[1]):
    print("$", *command, flush=True)
    status = main(command)
    assert status in allowed, (command, status)

import my_parts
from latebloom import circuits, claims, figures, measures, models, recipes, tasks
from latebloom.lab.compare import CONTESTANTS
from latebloom.studies import STUDIES
from latebloom.training.optimisers import OPTIMISERS

assert tasks.TASKS["twice_then_add"] is my_parts.TwiceThenAdd
assert tasks.TASKS["reverse"] is my_parts.Reverse
assert {"my_recipe", "reverse"} <= set(recipes.RECIPES)
assert "rmsprop" in OPTIMISERS and "rmsprop" in CONTESTANTS and "hinge" in models.TRAINING_LOSSES
assert "largest_weight" in measures.MEASURES
assert "generalises" in claims.CLAIMS and "last_test_accuracy" in claims.QUANTITIES
assert "with-test-set" in claims.SYSTEMS
assert "my-norms" in figures.FIGURES
assert "few-neurons" in STUDIES
assert circuits.family_of(my_parts.Reverse()).name == "reverse"
"""


def tiny(command: str) -> list[str]:
    """The arguments of a command of the guide, with small models where it trains."""
    arguments = command.split()
    if arguments[0] not in TRAINING:
        return arguments
    modulus = ["--task.p", "7"] if not {"reverse", "s5"} & set(arguments) else []
    seeds = ["--seeds", "0:1", "--workers", "1"] if arguments[0] == "sweep" else []
    return [*arguments, *modulus, *seeds, *(part for pair in TINY.items() for part in pair), "--quiet"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guide")
    (folder / "my_parts.py").write_text("\n\n".join(BLOCKS))
    return folder


def python(place: Path, *arguments: str) -> str:
    """Standard output of a process in the reader's directory."""
    environment = {**os.environ, "LATEBLOOM_IMPORT": ""}
    done = subprocess.run([sys.executable, *arguments], cwd=place, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_command_of_the_guide_runs_and_every_part_is_registered(place: Path) -> None:
    assert len(COMMANDS) > 8
    calls = [(tiny(command), JUDGED.get(command.split()[0], (0,))) for command in COMMANDS]
    out = python(place, "-c", SESSION, json.dumps(calls))
    answers = dict(part.split("\n", 1) for part in out.split("$ ")[1:])
    assert "twice_then_add  " in answers["tasks --import my_parts"]
    assert "largest_weight" in answers["measure twice --import my_parts"]
    assert "generalises" in answers["claims backwards --import my_parts"]
    assert "frozen" in answers["study few-neurons --freeze --import my_parts"]
    assert "few-neurons-suffice  not measured" in answers["study few-neurons --stored --import my_parts"]
    assert "accuracy" in answers["explain backwards --import my_parts"]
    assert 'id="figure-my-norms"' in (place / "runs" / "backwards" / "report-static.html").read_text()
    assert (place / "runs" / "backwards" / "figures" / "my-norms.svg").exists()
    assert len(list((place / "runs" / "my_recipe-sweep").glob("*/manifest.json"))) == 2
