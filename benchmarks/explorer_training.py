"""How fast the page trains its default models until they grok, in Debian's Chromium on this machine.

latebloom report RUN --out report.html
python benchmarks/explorer_training.py report.html --out benchmarks/results/explorer_training.json
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from latebloom.bench import machine

MODELS = ("mlp", "transformer")

LONGEST = 300
"""Seconds after which a training is given up."""


def training(page: Page, model: str) -> dict[str, Any]:
    """One training with the page's default settings, as a visitor starts it: all views of it are drawn meanwhile."""
    settings = page.evaluate(f"latebloom.trainer.DEFAULTS.{model}")
    page.evaluate("(settings) => latebloom.trainer.trained(settings, 0)", settings)
    page.evaluate("document.getElementById('view-train').scrollIntoView()")
    began = time.monotonic()
    page.click("#view-train button.primary")
    page.wait_for_function("latebloom.trainer.stopped.value !== null", timeout=1000 * LONGEST)
    seconds = time.monotonic() - began
    steps = page.evaluate("latebloom.trainer.snapshot.value.step")
    milestones = page.evaluate("({ ...latebloom.trainer.milestones.value })")
    return {
        "settings": settings,
        "memorised_at_step": milestones["trained"],
        "generalised_at_step": milestones["generalised"],
        "steps": steps,
        "seconds": round(seconds, 1),
        "steps_per_second": round(steps / seconds),
    }


def measure(report: Path) -> dict[str, Any]:
    """A training of each model, one after the other."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(report.resolve().as_uri())
        page.wait_for_function("latebloom.state.steps.value.length > 0", timeout=120_000)
        found = {model: training(page, model) for model in MODELS}
        version = browser.version
        browser.close()
    return {"chromium": version, "trainings": found}


def main() -> None:
    """Measure in the page of one report, of a modular task, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    command = f"python benchmarks/explorer_training.py {options.report.name}"
    result = {"command": command, "machine": machine(), **measure(options.report)}
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
