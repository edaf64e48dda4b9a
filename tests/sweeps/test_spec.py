"""A sweep from the command line, from a file, and from both."""

from pathlib import Path

import pytest

from latebloom._errors import UsageError
from latebloom.sweeps.spec import Spec, make_spec, read_spec, usual_name

TOML = """
recipe = "small"
seeds = "0:3"
[grid]
"optimiser.lr" = [1e-3, 3e-3]
task.p = "7,11"
[settings]
data.fraction = 0.4
training.batch_size = "none"
"""
JSON = (
    '{"recipe": "small", "seeds": [0, 1, 2], "grid": {"optimiser.lr": [0.001, 0.003], "task": {"p": [7, 11]}},'
    ' "settings": {"data.fraction": 0.4, "training": {"batch_size": null}}}'
)
EXPECTED = Spec(
    recipe="small",
    seeds=(0, 1, 2),
    grid={"optimiser.lr": ("0.001", "0.003"), "task.p": ("7", "11")},
    settings=("--data.fraction", "0.4", "--training.batch_size", "none"),
)


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_toml_and_json_are_equivalent(tmp_path: Path) -> None:
    assert read_spec(written(tmp_path, "a.toml", TOML)) == EXPECTED
    assert read_spec(written(tmp_path, "a.json", JSON)) == EXPECTED


def test_the_command_line_adds_to_a_file(tmp_path: Path) -> None:
    file = written(tmp_path, "decay.toml", TOML)
    spec = make_spec(str(file), ["task.p=13", "task.p=17", "optimiser.weight_decay=0,1"], "5", ["--task.p", "7"])
    assert (spec.seeds, spec.grid["task.p"], spec.grid["optimiser.weight_decay"]) == ((5,), ("13", "17"), ("0", "1"))
    assert spec.settings[-2:] == ("--task.p", "7")
    assert (usual_name(str(file)), usual_name("small")) == ("decay", "small-sweep")


def test_points_are_all_combinations_with_the_last_axis_fastest() -> None:
    points = list(Spec(recipe="small", grid={"task.p": ("7", "11"), "optimiser.lr": ("1", "2")}).points())
    assert points[:2] == [["--task.p", "7", "--optimiser.lr", "1"], ["--task.p", "7", "--optimiser.lr", "2"]]
    assert len(points) == len(EXPECTED.grid) * 2 == 4
    assert len(EXPECTED) == 12


@pytest.mark.parametrize(
    "text",
    [
        "",
        "recipe = 3",
        "recipe",
        "recipe = 'small'\ngird = {}",
        "recipe = 'small'\ngrid = 3",
        "recipe='a'\nseeds='x'",
        "recipe = 'small'\n[grid]\ntask.p = []",
        "recipe = 'small'\n[grid]\noptimiser.betas = [[0.9, 0.98]]",
    ],
)
def test_an_invalid_file_is_a_one_line_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_spec(written(tmp_path, "a.toml", text))


def test_a_missing_file() -> None:
    with pytest.raises(UsageError, match=r"cannot read nowhere\.toml"):
        read_spec(Path("nowhere.toml"))
