"""Compare what the page of a run computes with Python, and take its times; needs Chromium.

    python -m benchmarks.explorer_agreement runs/demo --out benchmarks/results/explorer_agreement.json

Python computes from the run's own weights, so the deviations include the rounding of those in the page. A deviation is
the worst over the checkpoints looked at, in units of the range of the values there; that of a loss is relative. Times
are medians in milliseconds from question to answer in the page, at checkpoints that it has not computed anything of.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from playwright.sync_api import sync_playwright
from tests.explorer.conftest import CHROMIUM, Opened

from latebloom.analysis import Analysis
from latebloom.bench import machine
from latebloom.circuits.modular.ablations import last_layer
from latebloom.circuits.modular.grid import Grid, modular_grid
from latebloom.circuits.modular.neuron_ablations import without_neurons
from latebloom.circuits.modular.neurons import neuron_clusters
from latebloom.circuits.modular.projections import excluded_logits, restricted_logits
from latebloom.explorer.page import render_page
from latebloom.lab.explorer import packed_weights, page_of
from latebloom.models import Transformer
from latebloom.runs import open_run

CHECKPOINTS_TIMED = 6

NOTHING: dict[str, Any] = {
    "frequencies": [], "clusters": [], "heads": [], "skipAttention": False, "skipMlp": False, "keepKeys": False,
    "random": False, "seed": 0,
}  # fmt: skip

_TIME = """async ([name, index, args]) => {
  const began = performance.now();
  await latebloom.ask(name, index, args);
  return performance.now() - began;
}"""


def deviation(got: Any, expected: torch.Tensor) -> float:
    """Largest deviation, in units of the range of the expected values."""
    wanted = expected.detach().double().numpy().ravel()
    return float(np.abs(np.asarray(got, dtype=np.float64).ravel() - wanted).max() / (np.ptp(wanted) or 1.0))


def compared(opened: Opened, step: int, keys: list[int]) -> Iterator[tuple[str, float]]:
    """The deviation of each quantity at one checkpoint."""
    model = opened.run.checkpoint(step).model.double()
    grid = modular_grid(model, opened.run.task)
    got = opened.ask("grid", step)
    yield "embedding", deviation(got["embedding"]["data"], grid.embedding)
    yield "neurons", deviation(got["neurons"], grid.neurons)
    yield "logits", deviation(got["logits"], grid.logits)
    yield "W_logit", deviation(got["wLogit"], grid.w_logit)
    if grid.pattern is not None:
        yield "attention", deviation(got["pattern"], grid.pattern)
    clusters = neuron_clusters(grid)
    yield "share of a neuron's variance", deviation(opened.ask("clusters", step)["fve"], clusters.fve)
    yield "loss", _relative(opened.ask("losses", step), grid.loss())
    for name, args, logits in cuts(grid, clusters.members, keys, model):
        yield f"loss {name}", _relative(opened.ask("cut", step, {**NOTHING, **args}), grid.loss(logits()))


def cuts(
    grid: Grid, members: Callable[[int], torch.Tensor], keys: list[int], model: Any
) -> Iterator[tuple[str, dict[str, Any], Callable[[], torch.Tensor]]]:
    """Each cut: its name, the question to the page, and Python's logits."""
    if grid.sign is not None:
        sign = grid.sign
        yield "without one frequency", {"frequencies": keys[:1]}, lambda: excluded_logits(grid, keys[:1], sign)
        yield "of the key directions", {"keepKeys": True}, lambda: restricted_logits(grid, keys, sign)
    yield "without one cluster", {"clusters": keys[:1]}, lambda: without_neurons(grid, members(keys[0]))
    if isinstance(model, Transformer):
        layer = last_layer(model, grid.task)
        heads = list(range(model.config.n_heads))
        yield "without heads", {"heads": heads}, lambda: layer.before_mlp(-layer.attn_out)
        yield "without residual around attention", {"skipAttention": True}, lambda: layer.before_mlp(-layer.resid_pre)
        yield "without residual around MLP", {"skipMlp": True}, lambda: layer.around_mlp(-layer.resid_mid)


def _relative(got: dict[str, Any], expected: float) -> float:
    return abs(got["loss"]["all"] / expected - 1)


def times(opened: Opened, keys: list[int]) -> dict[str, float]:
    """Median milliseconds of questions, which are asked in this order at each checkpoint."""
    cut = {"frequencies": keys[:1], "clusters": keys[:1], "heads": [0], "skipMlp": True}
    questions: dict[str, tuple[str, dict[str, Any]]] = {
        "all pairs, and their loss": ("losses", {}),
        "clusters": ("clusters", {}),
        **{f"cut of {name}": ("cut", {**NOTHING, name: value}) for name, value in cut.items()},
    }
    taken: dict[str, list[float]] = {name: [] for name in questions}
    for index in range(1, len(opened.steps), len(opened.steps) // CHECKPOINTS_TIMED):
        for name, (quantity, args) in questions.items():
            taken[name].append(opened.page.evaluate(_TIME, [quantity, index, args]))
    return {name: round(median(found)) for name, found in taken.items()}


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="file for the result")
    parser.add_argument("--every", type=int, default=4, help="compare every so many checkpoints")
    options = parser.parse_args()
    run = open_run(options.run.name, options.run.parent)
    analysis = Analysis(run)
    page, weights = page_of(analysis), packed_weights(analysis)
    worst: dict[str, dict[str, float]] = {}
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        file.write_text(render_page(page, weights), "utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.goto(file.as_uri())
        tab.wait_for_function("latebloom.state.steps.value.length > 0")
        opened = Opened(run, tab, tab.evaluate("latebloom.state.steps.value"))
        keys = page["modular"]["key_frequencies"]
        taken, size = times(opened, keys), file.stat().st_size
        for step in sorted({*opened.steps[:: options.every], opened.steps[-1]}):
            for name, found in compared(opened, step, keys):
                if found >= worst.get(name, {"deviation": -1.0})["deviation"]:
                    worst[name] = {"deviation": float(f"{found:.2g}"), "step": step}
        browser.close()
    result = {
        "run": run.manifest.name,
        "recipe": run.manifest.recipe,
        "page_bytes": size,
        "checkpoints": {"in_page": len(opened.steps), "in_run": len(run.checkpoints)},
        "worst_deviation": worst,
        "milliseconds": taken,
        "machine": machine(),
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
