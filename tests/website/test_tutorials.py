"""The tutorials run from the first cell to the last, and hold the outputs of an earlier run."""

import json
from pathlib import Path

import pytest
from notebooks import TUTORIALS, executed, run_apart

NOTEBOOKS = sorted(TUTORIALS.glob("*.ipynb"))


def test_a_cell_shows_what_it_prints_and_its_last_value() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title"]},
        {"cell_type": "code", "source": ["a = 2\n", "print('two')\n", "a + 1"], "outputs": [], "execution_count": None},
        {"cell_type": "code", "source": ["b = a"], "outputs": ["old"], "execution_count": None},
    ]
    done = executed({"cells": cells})["cells"]
    assert done[0] == cells[0]
    assert [output.get("text", output.get("data")) for output in done[1]["outputs"]] == [
        ["two\n"],
        {"text/plain": ["3"]},
    ]
    assert done[2]["outputs"] == []
    with pytest.raises(ZeroDivisionError):
        executed({"cells": [{"cell_type": "code", "source": ["1 / 0"]}]})


@pytest.fixture(scope="module")
def fresh() -> dict[Path, dict]:
    """Every tutorial with fresh outputs; one process runs all, since it imports everything once."""
    return {path: json.loads(text) for path, text in zip(NOTEBOOKS, run_apart(NOTEBOOKS), strict=True)}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_tutorial_runs_and_its_outputs_are_stored(path: Path, fresh: dict[Path, dict]) -> None:
    for before, after in zip(json.loads(path.read_text())["cells"], fresh[path]["cells"], strict=True):
        assert before["source"] == after["source"]
        assert _kinds(before) == _kinds(after)


def _kinds(cell: dict) -> list[list[str]]:
    """Of each output the kinds of content. The content itself differs between processors."""
    return [sorted(output.get("data", {"text": ""})) for output in cell.get("outputs", [])]
