"""docs/exports.md: every block that can be pasted runs, where its library is installed."""

import re
import runpy
import shlex
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

import latebloom as lb
from latebloom.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "exports.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
LIBRARY = {
    "torch": ("torch", ""),
    "TransformerLens 4": ("transformer-lens", "4."),
    "TransformerLens 3": ("transformer-lens", "3."),
    "transformers": ("transformers", ""),
    "nnsight": ("nnsight", ""),
    "devinterp": ("devinterp", ""),
}


def test_every_section_with_code_has_its_library():
    assert {title for title, text in SECTIONS.items() if "```python" in text} == set(LIBRARY)


def _installed(package):
    """The installed version, or "" where there is none (another test may have left a stand-in importable)."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


@pytest.mark.parametrize("title", LIBRARY)
def test_what_the_page_shows_runs(title, tmp_path, monkeypatch):
    package, major = LIBRARY[title]
    installed = _installed(package)
    if not (installed and installed.startswith(major)):
        pytest.skip(f"{package} {major} is not installed")
    monkeypatch.chdir(tmp_path)
    settings = {"task.p": 13, "data.fraction": 0.6, "model.d_mlp": 24, "training.steps": 2}
    lb.train(lb.recipes.small(seed=0).with_settings(settings), "first", quiet=True)
    commands = re.findall(r"^    latebloom (export .*)$", SECTIONS[title], re.MULTILINE)
    assert all(main(shlex.split(command)) == 0 for command in commands)
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", SECTIONS[title], re.DOTALL)):
        file = tmp_path / f"block_{number}.py"
        file.write_text(block)  # nnsight reads the source of a traced block from its file
        runpy.run_path(str(file))
