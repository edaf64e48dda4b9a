"""Every command and every block of code of the documentation runs, on small models, in the order of its page.

docs/extending.md and docs/exports.md have tests of their own. Blocks of a shell are parsed and not run: they install
packages or need a cluster.
"""

import json
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import torch
from website.blocks import items

import latebloom as lb
from latebloom.cli import main
from latebloom.runs import Run

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TESTED_ELSEWHERE = ("extending.md", "exports.md")
GALLERY = "gallery.md"
"""Its commands are the same for every figure; `test_every_command_of_the_gallery_draws` runs them."""

PAGES = {path.relative_to(DOCS).as_posix(): path.read_text() for path in sorted(DOCS.rglob("*.md"))}
PAGES["CONTRIBUTING.md"] = (ROOT / "CONTRIBUTING.md").read_text()

P = "--task.p 7 "
TINY = P + "--model.d_model 16 --model.n_heads 2 --model.d_head 8 --model.d_mlp 16"
SHORT = "--recording.checkpoints 20 --recording.metrics 10"
SMALL = "--model.d_model 16 --model.n_heads 2 --model.d_head 8"
SMALLER = {
    "train": f"{TINY} {SHORT} --quiet",
    "sweep": f"{TINY} --dry-run",
    "crossover": f"{SMALL} --dry-run",
    "llc": "--chains 2 --burn-in 5 --draws 10",
}
"""What makes a command small; the last of an option that is given twice counts. The sweep of the pages exists."""
STORED = ("first", "second", "demo")
"""The runs of the reader's directory. A page that trains one of these names begins without it."""

GRIDS = {"small-sweep": "--grid optimiser.weight_decay=0.3,1 --grid data.fraction=0.3,0.5", "seeds": ""}
"""The sweeps of the reader's directory, by name."""

RESULTS = {"claims": (0, 1)}
"""Exit statuses of commands other than 0: 1 where a claim fails."""


def with_code() -> list[str]:
    """The pages that have anything to run."""
    return [name for name, text in PAGES.items() if items(text) and name not in (*TESTED_ELSEWHERE, GALLERY)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, planted_run: Run) -> Path:
    """A reader's directory: runs, a sweep, weights and curves under the names that the pages use."""
    folder = tmp_path_factory.mktemp("reader")
    for name in STORED:
        shutil.copytree(planted_run.path, folder / "runs" / name)
    for sweep, grid in GRIDS.items():
        command = f"sweep small {grid} --seeds 0:2 {TINY} {SHORT} --steps 20 --workers 1 --quiet --name {sweep}"
        assert main([*command.split(), "--runs", str(folder / "runs")]) == 0
    lb.measure("first", root=folder / "runs")
    torch.save(_whole_training(planted_run.checkpoint().model), folder / "full_run_data.pth")
    task = lb.tasks.TASKS["modular_addition"](p=59, separate_operands=True)
    config = lb.models.TransformerConfig(d_model=16, n_heads=2, d_head=8, d_mlp=16)
    torch.save(config.build(task).state_dict(), folder / "model.pt")
    return folder


def _whole_training(model: torch.nn.Module) -> dict[str, object]:
    losses = [3.4, 1.0, 0.1, 0.01]
    weights = [model.state_dict()] * 4
    return {
        "checkpoints": weights,
        "checkpoint_epochs": [0, 3300, 6600, 9900],
        "train_losses": losses,
        "test_losses": losses,
        "model": weights[-1],
    }


@pytest.mark.parametrize("page", with_code())
def test_what_a_page_shows_runs(
    page: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(place, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("latebloom.lab.serving.explore.explore", lambda runs, port, ready: ready(f"{runs} on {port}"))
    names: dict[str, object] = {"__name__": "page"}
    for language, code in items(PAGES[page]):
        match language:
            case "latebloom":
                arguments = small(code)
                if arguments[0] == "train":
                    _forget(arguments[arguments.index("--name") + 1])
                assert main(arguments) in RESULTS.get(arguments[0], (0,)), (code, capsys.readouterr().err)
            case "python":
                before = set(names)
                exec(compile(code, page, "exec"), names)
                for test in (names[name] for name in names.keys() - before if name.startswith("test_")):
                    test()
            case "json":
                json.loads(code)
            case "toml":
                tomllib.loads(code)
            case "bash":
                subprocess.run(["bash", "-n"], input=code, text=True, check=True)
            case _:
                assert language == "text"


def _forget(name: str) -> None:
    if name in STORED:
        shutil.rmtree(Path("runs") / name)


def small(code: str) -> list[str]:
    """The arguments of a command of a page, with small models where it trains."""
    arguments = shlex.split(code, comments=True)
    steps = [] if "--steps" in arguments or arguments[0] != "train" else ["--steps", "20"]
    group = "s5" in arguments or "--task.entries" in arguments
    return [*arguments, *SMALLER.get(arguments[0], "").replace(P if group else "", "").split(), *steps]


SYSTEMS = {
    "component-losses": "addition_5",
    "few-sums": "addition_few",
    "digit-fourier": "addition_5",
    "digit-carry": "addition_5",
    "induction-circuit": "induction",
    "induction-heads": "induction",
    "trigram-circuit": "skip_trigrams",
}
"""The recipe of the run that a figure shows; modular addition for the others."""


@pytest.mark.parametrize("command", [code for _, code in items(PAGES[GALLERY])])
def test_every_command_of_the_gallery_draws(
    command: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    name = command.split()[1]
    if name in SYSTEMS and not (place / "runs" / SYSTEMS[name]).exists():
        command_of = f"train {SYSTEMS[name]} --name {SYSTEMS[name]} --steps 20 {SHORT} {SMALL} --quiet"
        assert main(command_of.split()) == 0
    target = SYSTEMS.get(name, "first")
    sweep = "seeds" if name.startswith("seed-") else "small-sweep"
    command = command.replace("data.train_size", "data.fraction")  # the sweep here has another size
    arguments = shlex.split(command.replace("RUN", target).replace("SWEEP", sweep))
    status = main([*arguments, "--out", str(tmp_path / "drawn.svg")])
    error = capsys.readouterr().err
    assert status == 0 or f"figure {name}: " in error or "has no " in error  # undefined for so short a run
    assert (tmp_path / "drawn.svg").exists() == (status == 0)
