"""How fast the page of a run opens and follows the visitor, in Debian's Chromium on this machine.

latebloom report RUN --out report.html
python benchmarks/explorer.py report.html --out benchmarks/results/explorer.json
"""

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from latebloom.bench import machine

OPENINGS = 5
"""Times that the page is opened, each in a fresh profile."""

MOVES = 12
"""Moves of the slider for each view, to checkpoints that have not been in view before."""

CHEAP = ("losses", "weight-norms", "embedding-spectrum", "circles", "cos-coefficients")
"""Views that read their numbers from the records or from one small table of weights."""

CHEAP_QUANTITIES = ("embedding-spectrum", "circles")
"""What the worker computes for them."""

RECOMPUTED = ("restricted", "attention-maps", "neuron-gallery", "logits-fourier", "w-logit", "try-it", "take-apart")
"""Views whose numbers are computed for all pairs of inputs."""

CUTS = {
    "one key frequency": "cutFrequencies.value = [keys[0]]",
    "all key frequencies": "cutFrequencies.value = keys",
    "a cluster of neurons": "cutClusters.value = [keys[0]]",
    "a head": "cutHeads.value = [0]",
    "the residual connection around attention": "cutResidualAttention.value = true",
    "the residual connection around the MLP": "cutResidualMlp.value = true",
    "all but the key directions": "keepOnlyKeys.value = true",
}

FIRST_VIEW = """
(() => {
  const look = () => {
    const canvas = document.querySelector("#view-losses canvas");
    if (canvas && canvas.width > 0) requestAnimationFrame(() => (window.firstView = performance.now()));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""
"""Notes when the curves have been painted, in milliseconds since the page began to open."""

ANSWERS = """
window.Worker = class extends window.Worker {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", (event) => event.data.kind === "result" && window.answered?.());
  }
}"""
"""Calls ``window.answered`` whenever the worker has answered."""

TIMED = """async ([change, quantities]) => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const keys = latebloom.page().modular?.key_frequencies ?? [];
  // What views outside the window still ask for is no part of the time.
  await new Promise((done) => setTimeout(done, 1000));
  await latebloom.whenIdle();
  await painted();
  const began = performance.now();
  window.firstAnswer = null;
  window.answered = () => void painted().then(() => (window.firstAnswer ??= performance.now() - began));
  new Function("state", "keys", change)(latebloom.state, keys);
  await painted();
  await latebloom.whenIdle(true, quantities);
  await painted();
  return performance.now() - began;
}"""
"""Milliseconds from a change to the frame that shows it in every view in the window; only in those that need some
quantities of the worker's, or none, where quantities are given."""


def opened(browser: Browser, report: Path) -> Page:
    """The page in a profile of its own, with its weights read and its first views drawn."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(FIRST_VIEW)
    page.add_init_script(ANSWERS)
    page.goto(report.resolve().as_uri())
    page.wait_for_function("window.firstView && latebloom.state.steps.value.length > 0", timeout=120_000)
    return page


def opening(browser: Browser, report: Path) -> dict[str, float]:
    """Milliseconds until the curves are painted, and until the weights are read and the views in sight are drawn."""
    page = opened(browser, report)
    page.evaluate("latebloom.whenIdle(true)")
    times = {"curves": page.evaluate("window.firstView"), "views in sight": page.evaluate("performance.now()")}
    page.context.close()
    return times


def moves(page: Page, view: str) -> dict[str, float]:
    """Median and worst time of a move of the slider with this view in the window. For a cheap view: until all cheap
    views in the window are redrawn; views beside them may still be recomputed."""
    quantities = CHEAP_QUANTITIES if view in CHEAP else None
    page.evaluate(f"document.getElementById('view-{view}').scrollIntoView()")
    page.wait_for_timeout(3000)
    last = page.evaluate("latebloom.state.steps.value.length - 1")
    times = []
    for move in range(MOVES):
        index = round(last * (MOVES - move - 1) / MOVES)
        step = page.evaluate(f"latebloom.state.steps.value[{index}]")
        times.append(page.evaluate(TIMED, [f"state.wantedStep.value = {step}", quantities]))
    page.evaluate(TIMED, ["state.wantedStep.value = -1", None])
    return {"median": round(statistics.median(times), 1), "worst": round(max(times), 1)}


def cuts(page: Page) -> dict[str, float]:
    """Time of each kind of cut, first time, from the whole model: until what is left is shown, and until the random cut
    beside it is, too."""
    page.evaluate("document.getElementById('view-take-apart').scrollIntoView()")
    page.wait_for_timeout(3000)
    times = {}
    for name, change in CUTS.items():
        both = page.evaluate(TIMED, [f"state.{change}", None])
        times[name] = round(page.evaluate("window.firstAnswer"), 1)
        times[f"{name}, with the random cut"] = round(both, 1)
        page.evaluate(TIMED, [MENDED, None])
    return times


MENDED = "; ".join(
    [f"state.{cut}.value = []" for cut in ("cutFrequencies", "cutClusters", "cutHeads")]
    + [f"state.{cut}.value = false" for cut in ("cutResidualAttention", "cutResidualMlp", "keepOnlyKeys")]
)


def measure(report: Path) -> dict[str, Any]:
    """All figures, in milliseconds."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        openings = [opening(browser, report) for _ in range(OPENINGS)]
        page = opened(browser, report)
        shown = [view for view in (*CHEAP, *RECOMPUTED) if page.locator(f"#view-{view}").count()]
        by_view = {view: moves(page, view) for view in shown}
        found = {
            "opening": {key: round(statistics.median(one[key] for one in openings), 1) for key in openings[0]},
            "slider, cheap views": {view: by_view[view] for view in CHEAP if view in by_view},
            "slider, recomputed views": {view: by_view[view] for view in RECOMPUTED if view in by_view},
            "cuts": cuts(page) if "take-apart" in shown else {},
        }
        version = browser.version
        browser.close()
    return {"chromium": version, "megabytes": round(report.stat().st_size / 1e6, 2), "milliseconds": found}


def main() -> None:
    """Measure one report and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    result = {
        "command": f"python benchmarks/explorer.py {options.report.name}",
        "machine": machine(),
        **measure(options.report),
    }
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
