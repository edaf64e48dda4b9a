"""`latebloom crossover` as a user meets it: trained, read again, and what is said when something is off."""

import json
from pathlib import Path

import pytest

TINY = ["--task.p", "7", "--model.d_model", "16", "--model.d_head", "4", "--model.d_mlp", "16", "--steps", "20"]
RANGE = ["--low", "0.3", "--high", "0.9", "--tolerance", "0.7", "--repeats", "1"]


def test_a_crossover_from_plan_to_figure(call, tmp_path: Path) -> None:
    command = ["crossover", "small", *TINY, *RANGE, "--runs", tmp_path, "--workers", "1"]
    status, out, _ = call(*command, "--dry-run", "--json")
    assert (status, json.loads(out)["next"]) == (0, [0.3, 0.9])
    assert not list(tmp_path.iterdir())
    status, out, err = call(*command)
    home = tmp_path / "small-crossover"
    assert status == 0
    assert "data.fraction 0.3: 1 " in err
    assert str(home / "figures" / "crossover.svg") in out
    assert (home / "figures" / "crossover.svg").is_file()
    status, out, err = call(*command, "--json")
    found = json.loads(out)
    assert (status, err, found["trained"], found["ended"]) == (0, "", 0, "done")
    assert found["sizes"] == json.loads((home / "crossover.json").read_text())["sizes"]
    assert call("figure", "crossover", home, "--by", "data.fraction", "--out", tmp_path / "a.png")[0] == 0


def test_counts_go_around_what_the_recipe_trains_on(call, tmp_path: Path) -> None:
    status, out, _ = call("crossover", "addition_few", "--runs", tmp_path, "--dry-run", "--json")
    assert (status, json.loads(out)["next"]) == (0, [43, 11200])


WRONG = [
    ["crossover"],
    ["crossover", "nonesuch"],
    ["crossover", "small", "--field", "model.d_mlp"],
    ["crossover", "small", "--field", "data.train_size"],
    ["crossover", "small", "--low", "0.9", "--high", "0.1"],
    ["crossover", "small", "--high", "1"],
    ["crossover", "small", "--tolerance", "0"],
    ["crossover", "small", "--tolerance", "nan"],
    ["crossover", "small", "--repeats", "0"],
    ["crossover", "small", "--task.q", "3"],
    ["crossover", "small", "--steps", "0"],
    ["crossover", "small", "--name", "../elsewhere"],
    ["crossover", "small", "--runs", "s3://bucket"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_use_is_one_line_and_status_2(
    arguments: list[str], call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = call(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("latebloom")
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())
