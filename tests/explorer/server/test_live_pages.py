"""The served pages in a browser, while a run goes on. The writer is simulated: it writes what a training writes."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from latebloom.circuits.modular.planted_transformer import planted_transformer
from latebloom.lab.serving.answers import answer
from latebloom.models import TransformerConfig
from latebloom.phases import OUTCOMES
from latebloom.runs.recorder import new_manifest
from latebloom.store import RunDirectory, RunLock, append_rows
from latebloom.tasks import Data, ModularAddition
from latebloom.training import Experiment, Training

AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"

P, KEYS = 11, [2, 4]


class Writer:
    """A run that is written step by step, 100 steps at a time, with a checkpoint at each."""

    def __init__(self, path: Path) -> None:
        self.model = planted_transformer(P, KEYS)
        config = self.model.config
        assert isinstance(config, TransformerConfig)
        experiment = Experiment(
            recipe="planted",
            task=ModularAddition(p=P),
            data=Data(fraction=0.5),
            model=config,
            training=Training(steps=1000),
        )
        self.directory, self.step = RunDirectory(path), -100
        self.manifest = new_manifest(path.name, experiment)
        self.directory.create()

    def go_on(self, status: str = "running") -> None:
        self.step += 100
        weights = {name: value.numpy() * (1 + self.step / 1000) for name, value in self.model.state_dict().items()}
        self.directory.write_checkpoint(self.step, weights)
        row = {"step": self.step, "train_loss": 2.4 * 0.5 ** (self.step / 100), "test_loss": 2.4, "train_accuracy": 0.5}
        self.directory.write_table("metrics", append_rows(self.directory.read_table("metrics"), [row]))
        self.directory.write_manifest(self.manifest.model_copy(update={"step": self.step, "status": status}))


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[[str], Any]]:
    """Opens a page; afterwards, no page may have had an error or a request to elsewhere."""
    problems: list[str] = []
    contexts: list[Any] = []

    def page(address: str, **options: Any) -> Any:
        contexts.append(browser.new_context(**options))
        made = contexts[-1].new_page()
        made.on("console", lambda message: message.type == "error" and problems.append(message.text))
        made.on("response", lambda r: r.status >= 400 and problems.append(f"{r.url}: {r.text()}"))
        made.on("pageerror", lambda error: problems.append(error.stack))
        made.on("request", lambda r: r.url.startswith((address[:16], "blob:", "data:")) or problems.append(r.url))
        made.goto(address)
        return made

    yield page
    found = [*problems]  # while the pages are closed, they hear that the server has ended
    for context in contexts:
        context.close()
    assert found == []


ONE_AT_A_TIME = threading.Lock()
"""In use, the answers come from processes of their own."""


def quick(what: Any, path: Path, argument: int = -1) -> bytes:
    with ONE_AT_A_TIME:
        return answer(what, path, argument)


def without_verdicts(what: str, path: Path, argument: int = -1) -> bytes:
    """Judging takes long, and is tested elsewhere."""
    return json.dumps({**json.loads(quick("explained", path, argument)), "pending": []}).encode()


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until this holds. (The page's policy forbids the browser's own waiting, which evaluates text.)"""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_list_and_page_follow_a_run_in_training(tmp_path: Path, serving, opened) -> None:
    run = Writer(tmp_path / "live")
    with RunLock(run.directory.path), serving(tmp_path, quick, without_verdicts) as port:
        listing = opened(f"http://127.0.0.1:{port}/")
        listing.wait_for_selector("text=There are no runs yet")
        run.go_on()
        run.go_on()
        listing.wait_for_selector('li.run.running[data-run="live"] svg')
        listing.wait_for_selector("text=step 100 of 1,000")

        page = opened(f"http://127.0.0.1:{port}/run/live")
        until(lambda: page.evaluate("globalThis.latebloom?.state.steps.value.length ?? 0") == 2)
        assert "In training: step 100 of 1,000" in page.inner_text(".live-bar")
        follow = page.get_by_label("follow the newest step")
        assert follow.is_checked()
        run.go_on()
        listing.wait_for_selector("text=step 200 of 1,000")
        until(lambda: page.evaluate("latebloom.state.step.value") == 200)
        assert page.evaluate("latebloom.page().metrics.step") == [0, 100, 200]
        last = page.evaluate("latebloom.page().metrics.columns.train_loss.at(-1)")
        curves = page.locator("#view-losses [aria-roledescription=chart]")
        until(lambda: f"train {last:.3g} at the end" in curves.get_attribute("aria-label"))
        assert page.evaluate("latebloom.ask('embedding-spectrum', 2, {}).then((answer) => answer !== null)")

        follow.uncheck()
        run.go_on()
        until(lambda: page.evaluate("latebloom.state.steps.value.length") == 4)
        assert page.evaluate("latebloom.state.step.value") == 200
        run.go_on("finished")
        page.wait_for_selector("text=Finished at step 400")
        listing.wait_for_selector("li.run.finished")
        until(lambda: page.evaluate("latebloom.page().pending.length") == 0)
        assert page.evaluate("latebloom.page().modular.key_frequencies") == KEYS


def test_runs_are_compared_and_swept(tmp_path: Path, serving, opened, write_run) -> None:
    for name in ("sweep/a, b", "sweep/c", "d"):
        write_run(tmp_path / name)
    diagram = (
        b'{"fields": ["lr", "decay"], "runs": [{"name": "c", "status": "finished", "outcome": "grokked", '
        b'"generalised_at": 50}], "cannot": {}, "diagrams": [{"x": "lr", "y": "decay", "x_levels": [0.1], "y_levels": '
        b'[1], "cells": [{"x": 0.1, "y": 1, "n": 1, "undecided": 0, "shares": {"grokked": 1}, "majority": "grokked", '
        b'"reason": null, "runs": ["c"], "median": {"value": 50, "low": 50, "high": 50, "reason": null}}]}]}'
    )
    phases = b'{"outcome": "memorised", "phases": [], "boundaries": [], "reason": ""}'
    answers = {"outcome": b'"memorised"', "phases": phases, "sweep": diagram}

    def made(what: str, path: Path, argument: int = -1) -> bytes:
        return answers[what]

    with serving(tmp_path, made, made) as port:
        page = opened(f"http://127.0.0.1:{port}/", viewport={"width": 375, "height": 700}, color_scheme="dark")
        page.wait_for_selector("li.run .outcome")
        assert page.evaluate("document.documentElement.scrollWidth") == 375
        page.keyboard.press("/")
        page.keyboard.type("sweep")
        until(lambda: page.locator("li.run").count() == 2)
        page.keyboard.press("Escape")
        for key in "jxjxc":
            page.keyboard.press(key)
        page.wait_for_selector("canvas")
        assert page.url.endswith("/compare?runs=sweep%2Fc,sweep%2Fa%2C%20b")
        page.wait_for_selector("tbody tr:nth-child(2) .outcome")
        assert page.evaluate("document.documentElement.scrollWidth") == 375
        pixels = "[...document.querySelector('canvas').getContext('2d').getImageData(0, 0, 300, 300).data]"
        assert page.evaluate(f"new Set({pixels}).size") > 5

        page.goto(f"http://127.0.0.1:{port}/sweep/sweep")
        page.get_by_role("button", name="lr 0.1, decay 1: 1 run; 1 grokked").click()
        assert page.get_by_role("link", name="c", exact=True).get_attribute("href") == "/run/sweep/c"
        page.get_by_label("Colour").select_option("step")
        assert page.inner_text(".tile") == "50"


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: make web")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_served_pages(tmp_path: Path, serving, opened, write_run, scheme: str) -> None:
    """Runs with and without an outcome, one in training and a broken one; every outcome in the phase diagram."""
    for name in ("sweep/a", "sweep/b", "d"):
        write_run(tmp_path / name)
    running = write_run(tmp_path / "running", status="running")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "manifest.json").write_text("{")
    none = {"value": None, "low": None, "high": None, "reason": "half of the runs have not generalised"}
    cells = [
        {"x": x, "y": 1, "n": 2, "undecided": 1, "shares": {outcome: 1}, "majority": outcome, "reason": None,
         "runs": ["a", "b"], "median": none if x else {"value": 5000, "low": 10, "high": None, "reason": None}}
        for x, outcome in enumerate(OUTCOMES)
    ]  # fmt: skip
    diagram = {"x": "lr", "y": "decay", "x_levels": [*range(len(cells))], "y_levels": [1], "cells": cells}
    member = {"name": "a", "status": "finished", "outcome": "grokked", "generalised_at": 50}
    sweep = {"fields": ["lr", "decay"], "runs": [member], "cannot": {"c": "no losses"}, "diagrams": [diagram]}
    boundary = {"name": "test accuracy 99 %", "step": 50, "low": 40, "high": 60}
    phases = {"outcome": "grokked", "phases": [], "boundaries": [boundary], "reason": ""}
    answers = {"outcome": "grokked", "phases": phases, "sweep": sweep}

    def made(what: str, path: Path, argument: int = -1) -> bytes:
        return json.dumps(answers[what]).encode()

    with RunLock(running.path), serving(tmp_path, made, made) as port:
        options = {"color_scheme": scheme, "bypass_csp": True, "viewport": {"width": 1280, "height": 900}}
        page = opened(f"http://127.0.0.1:{port}/", **options)
        page.wait_for_selector("li.run .outcome")
        found = [*violations(page)]
        page.goto(f"http://127.0.0.1:{port}/compare?runs=sweep%2Fa,d")
        page.wait_for_selector("tbody tr:nth-child(2) .outcome")
        found += violations(page)
        page.goto(f"http://127.0.0.1:{port}/sweep/sweep")
        page.locator(".tile").first.click()
        found += violations(page)
        page.get_by_label("Colour").select_option("step")
        found += violations(page)
    assert not found, "\n".join(found)


def violations(page: Any) -> list[str]:
    """What axe finds on a page, a line for each element."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [f"{one['id']}: {node['html'][:160]} {node['failureSummary']}" for one in found for node in one["nodes"]]


def test_a_run_that_is_deleted_or_damaged_is_said_to_be_so(tmp_path: Path, serving, opened) -> None:
    run = Writer(tmp_path / "gone")
    run.go_on("finished")
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "manifest.json").write_text("{")
    with serving(tmp_path, quick, without_verdicts) as port:
        listing = opened(f"http://127.0.0.1:{port}/")
        listing.wait_for_selector("li.run.damaged >> text=expected JSON")
        page = opened(f"http://127.0.0.1:{port}/run/gone")
        until(lambda: page.evaluate("globalThis.latebloom?.state.steps.value.length ?? 0") == 1)
        until(lambda: page.evaluate("latebloom.page().pending.length") == 0)
        for file in sorted(run.directory.path.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        run.directory.path.rmdir()
        page.wait_for_selector("text=The run has been deleted")
        until(lambda: listing.locator("li.run").count() == 1)
