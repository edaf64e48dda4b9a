"""Pages of small runs in Debian's Chromium, and what their engine computes.

A test of a quantity asks the page and compares with Python:

    def test_spectrum_as_in_python(opened: Opened) -> None:
        for step in opened.run.checkpoints:
            agree(opened.ask("embedding-spectrum", step)["cos"], ..., "cos")
"""

import base64
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from latebloom.analysis import Analysis
from latebloom.circuits.modular.grid import Grid, modular_grid
from latebloom.circuits.modular.planted_mlp import planted_mlp
from latebloom.circuits.modular.planted_transformer import planted_transformer
from latebloom.circuits.modular.positions import positions
from latebloom.explorer.page import render_page
from latebloom.lab.explorer import packed_weights, page_of
from latebloom.lab.measure import measure
from latebloom.models import Model, ModelConfig, TransformerConfig
from latebloom.runs import Run
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, append_rows, empty_table
from latebloom.tasks import Data, ModularAddition, ModularMultiplication, ModularTask, Task
from latebloom.training import Experiment

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"

TOLERANCE = 1e-3
"""Largest deviation of the page from Python, in the range of the values."""

_ASK = """async ([name, index, args]) => {
  const plain = (value) => {
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      let text = "";
      for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
      return { $array: value.constructor.name.replace(/Clamped|Array/g, "").toLowerCase(), data: btoa(text) };
    }
    if (Array.isArray(value)) return value.map(plain);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  };
  return plain(await latebloom.ask(name, index, args));
}"""


@dataclass(frozen=True)
class Opened:
    """A run's page in the browser. page: Playwright's. steps: those of the checkpoints that the page holds."""

    run: Run
    page: Any
    steps: list[int]

    def ask(self, name: str, step: int, args: dict[str, Any] | None = None) -> Any:
        """What the engine answers, with typed arrays as numpy arrays."""
        return _arrays(self.page.evaluate(_ASK, [name, self.steps.index(step), args or {}]))

    def grid(self, step: int) -> Grid:
        """Python's grid of the same checkpoint, in float64."""
        task = self.run.task
        assert isinstance(task, ModularTask)
        return modular_grid(self.run.checkpoint(step).model.double(), task)


def agree(got: Any, expected: Any, what: str, tolerance: float = TOLERANCE) -> None:
    """Check that two arrays have the same size, are NaN at the same places, and elsewhere differ by at most
    ``tolerance`` in units of the range of the expected values (of 1 where these are constant)."""
    got, expected = (np.asarray(values, dtype=np.float64).ravel() for values in (got, expected))
    assert got.shape == expected.shape, what
    assert np.array_equal(np.isnan(got), np.isnan(expected)), what
    if not expected.size:
        return
    worst = float(np.nanmax(np.abs(got - expected)))
    spread = float(np.nanmax(expected) - np.nanmin(expected)) or 1.0
    assert worst <= tolerance * spread, f"{what}: differs by {worst / spread:.2g} of its range"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Debian's chromium")
    if not (files("latebloom.explorer") / "bundle" / "explorer.js").is_file():
        pytest.skip("needs the built bundle: make web")
    with sync_api.sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def open_page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Run], Opened]:
    """Opens the page of a run from disk, and waits until its weights are read."""

    def opened(run: Run) -> Opened:
        file = _page_file(run, tmp_path_factory.mktemp("pages"))
        page = browser.new_page()
        page.goto(file.as_uri())
        page.wait_for_function("latebloom.state.steps.value.length > 0")
        return Opened(run, page, page.evaluate("latebloom.state.steps.value"))

    return opened


@pytest.fixture(scope="session")
def measured_page(planted_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, on disk, of a measured run that grokked, with the key frequencies 3, 5 and 9 mod 31."""
    return _measured_page(planted_run, tmp_path_factory)


@pytest.fixture(scope="session")
def overlapping_page(overlapping_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a run that grokked without separate phases."""
    return _measured_page(overlapping_run, tmp_path_factory)


def _measured_page(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copied = shutil.copytree(run.path, tmp_path_factory.mktemp("runs") / run.manifest.name)
    return _page_file(measure(Run(copied)), tmp_path_factory.mktemp("pages"))


def _page_file(run: Run, folder: Path) -> Path:
    analysis, file = Analysis(run), folder / f"{run.manifest.name}.html"
    file.write_text(render_page(page_of(analysis), packed_weights(analysis)), "utf-8")
    return file


@pytest.fixture(scope="session")
def make_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    """Makes a run of given checkpoints, whose curves are guessing at the start and nearly right at the end."""

    def made(
        name: str,
        task: Task,
        config: ModelConfig,
        checkpoints: dict[int, Model],
        data: Data = Data(fraction=0.5),  # noqa: B008 - it is frozen
    ) -> Run:
        experiment = Experiment(recipe=name, task=task, data=data, model=config).with_seed(1)
        directory = RunDirectory(tmp_path_factory.mktemp("runs") / name)
        directory.create()
        for step, model in checkpoints.items():
            directory.write_checkpoint(step, {part: value.numpy() for part, value in model.state_dict().items()})
        directory.write_table("metrics", append_rows(empty_table(), _curves(max(*checkpoints, 50))))
        finished = {"status": "finished", "step": max(checkpoints)}
        directory.write_manifest(new_manifest(name, experiment).model_copy(update=finished))
        return Run(directory.path)

    return made


@pytest.fixture(scope="session", params=["transformer", "mlp", "logarithms"])
def opened(request: pytest.FixtureRequest, make_run: Callable[..., Run], open_page: Callable[[Run], Opened]) -> Opened:
    """The page of a transformer on x + y, of an MLP on x + y, and of a transformer on x · y, whose circuit is in
    logarithms. Each has fresh weights at step 0, a circuit beside much noise at 100, and beside a little at 200."""
    task, planted = _PLANTED[request.param]()
    fresh = planted.config.build(task)
    parts = {0: (0.0, 1.0), 100: (0.6, 0.6), 200: (1.0, 0.1)}
    return open_page(
        make_run(request.param, task, planted.config, {s: _mixed(planted, fresh, *p) for s, p in parts.items()})
    )


@pytest.fixture(scope="session")
def transformer_page(make_run: Callable[..., Run], open_page: Callable[[Run], Opened]) -> Callable[..., Opened]:
    """Opens the page of a fresh transformer on x + y mod 11, of any shape."""

    @cache
    def made(**shape: int) -> Opened:
        task, config = (
            ModularAddition(p=11),
            TransformerConfig(**{"d_model": 16, "n_heads": 2, "d_head": 8, "d_mlp": 24, **shape}),
        )
        return open_page(make_run("shape", task, config, {0: config.build(task)}))

    return made


def _transformer() -> tuple[ModularTask, Model]:
    return ModularAddition(p=23), planted_transformer(23, [2, 5], d_model=32, d_head=16, d_mlp=64)


def _mlp() -> tuple[ModularTask, Model]:
    return ModularAddition(p=23), planted_mlp(23, [2, 5, 9], d_mlp=48)


def _logarithms() -> tuple[ModularTask, Model]:
    """The circuit of addition mod 22, with each position's row and column moved to the value there."""
    task, planted = ModularMultiplication(p=23), planted_transformer(22, [1, 5], d_model=32, d_head=16, d_mlp=64)
    model, order = planted.config.build(task), positions(task)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name not in ("embed.W_E", "unembed.W_U"):
                weight.copy_(planted.get_parameter(name))
        model.embed.W_E.zero_()[order.x] = planted.embed.W_E[:22]
        model.embed.W_E[23] = planted.embed.W_E[22]
        model.unembed.W_U.zero_()[:, order.z] = planted.unembed.W_U
    return task, model


_PLANTED: dict[str, Callable[[], tuple[ModularTask, Any]]] = {
    "transformer": _transformer,
    "mlp": _mlp,
    "logarithms": _logarithms,
}


def _mixed(planted: Model, fresh: Model, much: float, noise: float) -> Model:
    """A model whose weights are a sum of two models' weights."""
    task = ModularAddition(p=23)
    mixed = planted.config.build(task)  # type: ignore[attr-defined]
    state = {name: much * value + noise * fresh.state_dict()[name] for name, value in planted.state_dict().items()}
    mixed.load_state_dict(state)
    return mixed


def _curves(end: int) -> list[dict[str, float | int | None]]:
    return [
        {"step": step, **{f"{part}_loss": 10.0 ** -(9 * step / end - 1) for part in ("train", "test")}}
        for step in range(0, end + 1, end // 50)
    ]


def _arrays(value: Any) -> Any:
    if isinstance(value, list):
        return [_arrays(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$array" in value:
        return np.frombuffer(base64.b64decode(value["data"]), value["$array"])
    return {key: _arrays(item) for key, item in value.items()}
