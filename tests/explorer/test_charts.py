"""Charts as the visitor uses them, by mouse and by keyboard, and the files in which they are saved."""

import base64
import csv
import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.explorer.conftest import Opened

from latebloom.circuits.modular.planted_transformer import planted_transformer
from latebloom.runs import Run
from latebloom.tasks import ModularAddition

SVG = "{http://www.w3.org/2000/svg}"

PLOT = "#view-losses .plot"

OUTSIDE = """() => [...document.querySelectorAll(".card")].filter((card) => {
  const { left, right } = card.getBoundingClientRect();
  const parts = ".lines canvas, .bars svg, .circle svg, .heat canvas, .legend button";
  return [...card.querySelectorAll(parts)].some((part) => {
    const box = part.getBoundingClientRect();
    return box.right > right + 0.5 || box.left < left - 0.5;
  });
}).map((card) => card.id)"""
"""Cards that a drawing sticks out of."""

STEP_IN_VIEW = "latebloom.state.step.value"


@pytest.fixture(scope="module")
def page(make_run: Callable[..., Run], open_page: Callable[[Run], Opened]) -> Any:
    """The page of a run with three checkpoints."""
    model = planted_transformer(11, [2, 5], d_model=32, d_head=16, d_mlp=64)
    run = make_run("charts", ModularAddition(p=11), model.config, dict.fromkeys((0, 50, 200), model))
    opened = open_page(run).page
    opened.set_viewport_size({"width": 1280, "height": 900})
    return opened


@pytest.fixture(autouse=True)
def fresh(page: Any) -> None:
    """Every test begins with the whole range, the last step, and the chart in the middle of the window."""
    page.evaluate("() => { latebloom.state.zoom.value = []; latebloom.state.wantedStep.value = -1; }")
    page.evaluate(f"document.querySelector('{PLOT}').scrollIntoView({{ block: 'center', behavior: 'instant' }})")
    page.mouse.move(0, 0)


def test_svg_has_every_line_and_says_what_it_shows(page: Any) -> None:
    root = ElementTree.fromstring(_saved(page, "losses", "SVG"))
    names = _columns(page, "losses")
    assert len([path for path in root.iter(f"{SVG}path") if path.get("class") == "line"]) == len(names)
    texts = [text.text for text in root.iter(f"{SVG}text")]
    run = page.evaluate("latebloom.page().run.name")
    assert {"Loss by step", *(name.split(" (")[0] for name in names)} <= set(texts)
    assert any(run in (text or "") for text in texts)


def test_csv_has_the_numbers(page: Any) -> None:
    rows = list(csv.reader(io.StringIO(_saved(page, "losses", "CSV").decode())))
    metrics = page.evaluate("latebloom.page().metrics")
    test = rows[0].index("test (loss (nats))")
    got = {int(row[0]): float(row[test]) for row in rows[1:] if row[test]}
    assert got == dict(zip(metrics["step"], metrics["columns"]["test_loss"], strict=True))


@pytest.mark.parametrize("view", ["losses", "embedding-spectrum", "circles"])
def test_png_is_a_picture(page: Any, view: str) -> None:
    colours = page.evaluate(
        """async (data) => {
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
          const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
          const context = canvas.getContext("2d");
          context.drawImage(bitmap, 0, 0);
          return new Set(new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer)).size;
        }""",
        base64.b64encode(_saved(page, view, "PNG")).decode(),
    )
    assert colours > 20


def test_a_click_chooses_the_step_and_the_marker_is_dragged(page: Any) -> None:
    left, width, middle = _plot(page)
    page.mouse.click(left + 0.02 * width, middle)
    first = page.evaluate(STEP_IN_VIEW)
    page.mouse.move(_marker(page), middle)
    page.mouse.down()
    page.mouse.move(left + 0.6 * width, middle, steps=4)
    page.mouse.up()
    steps = page.evaluate("latebloom.state.steps.value")
    nearest = min(steps, key=lambda step: abs(step - 0.6 * _last(page)))
    assert first == steps[0]
    assert page.evaluate(STEP_IN_VIEW) == nearest
    assert page.evaluate("latebloom.state.zoom.value") == []


def test_a_brush_zooms_every_chart_and_a_button_shows_all(page: Any) -> None:
    left, width, middle = _plot(page)
    page.mouse.move(left + 0.2 * width, middle)
    page.mouse.down()
    page.mouse.move(left + 0.5 * width, middle, steps=4)
    page.mouse.up()
    low, high = page.evaluate("latebloom.state.zoom.value")
    assert math.isclose(low, 0.2 * _last(page), abs_tol=0.02 * _last(page))
    assert math.isclose(high, 0.5 * _last(page), abs_tol=0.02 * _last(page))
    # Charts over steps; the chart of frequencies beside them does not zoom.
    over_steps = ".lines .plot.picks[aria-label*=' by step.']"
    page.wait_for_function(
        "(charts) => document.querySelectorAll('.show-all').length === document.querySelectorAll(charts).length",
        arg=over_steps,
    )
    page.locator("#view-losses .show-all").click()
    assert page.evaluate("latebloom.state.zoom.value") == []


def test_a_chart_by_keyboard(page: Any) -> None:
    plot = page.locator(PLOT)
    plot.focus()
    page.keyboard.press("Home")
    spoken = page.locator("#view-losses [aria-live]").inner_text()
    assert spoken.startswith("step 0: train")
    page.keyboard.press("Enter")
    assert page.evaluate(STEP_IN_VIEW) == page.evaluate("latebloom.state.steps.value[0]")
    page.keyboard.press("+")
    low, high = page.evaluate("latebloom.state.zoom.value")
    assert (low, high) == (0, pytest.approx(_last(page) / 2, abs=1))
    page.keyboard.press("Escape")
    assert page.evaluate("latebloom.state.zoom.value") == []


def test_a_name_in_the_legend_hides_its_line(page: Any) -> None:
    name = page.locator("#view-losses .legend button", has_text="test")
    name.press("Enter")
    lines = ElementTree.fromstring(_saved(page, "losses", "SVG")).iter(f"{SVG}path")
    hidden = len([line for line in lines if line.get("class") == "line"])
    name.press("Enter")
    assert name.get_attribute("aria-pressed") == "true"
    assert hidden == len(_columns(page, "losses")) - 1


@pytest.mark.parametrize("width", [375, 700, 1600])
def test_charts_stay_inside_their_cards(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_timeout(200)
    outside = page.evaluate(OUTSIDE)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_timeout(200)
    assert outside == []


def _saved(page: Any, view: str, kind: str) -> bytes:
    """The first file that the view is saved in."""
    page.locator(f"#view-{view} .menu summary").click()
    with page.expect_download() as download:
        page.locator(f"#view-{view} .choices button", has_text=kind).click()
    return Path(download.value.path()).read_bytes()


def _columns(page: Any, view: str) -> list[str]:
    """Names of the columns of a chart but its x."""
    return next(csv.reader(io.StringIO(_saved(page, view, "CSV").decode())))[1:]


def _plot(page: Any) -> tuple[float, float, float]:
    """Left end, width and middle height of the area between the axes, in pixels of the window."""
    box = page.locator(f"{PLOT} .overlay").bounding_box()
    return box["x"], box["width"], box["y"] + box["height"] / 2


def _marker(page: Any) -> float:
    box = page.locator(f"{PLOT} .overlay > .marker").bounding_box()
    return box["x"] + box["width"] / 2


def _last(page: Any) -> int:
    return page.evaluate("latebloom.page().metrics.step.at(-1)")
