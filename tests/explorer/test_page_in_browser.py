"""The page of a run as its visitors use it: in Debian's Chromium, opened from disk, and once in Debian's Firefox."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

WEB = Path(__file__).parents[2] / "web"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
FIREFOX = shutil.which("firefox-esr")

DRAWINGS = (Path(__file__).parent / "drawings.js").read_text()

CONTRAST = "{ runOnly: { type: 'rule', values: ['color-contrast'] } }"

CIRCUIT = """() => [...document.querySelectorAll("[aria-labelledby=chapter-circuit] .card")]
  .map((card) => card.id.slice("view-".length))"""

SAVED = """async () => {
  const [blobs, made, files] = [new Map(), URL.createObjectURL, []];
  URL.createObjectURL = (blob) => { const url = made.call(URL, blob); blobs.set(url, blob); return url; };
  HTMLAnchorElement.prototype.click = function () { files.push([this.download, blobs.get(this.href)]); };
  const saved = {};
  for (const card of document.querySelectorAll(".card")) {
    files.length = 0;
    card.querySelectorAll(".menu .choices button").forEach((button) => button.click());
    const of = (kind) => files.filter(([name]) => name.endsWith(kind)).length;
    for (let i = 0; i < 300 && of("png") < of("svg"); i++) await new Promise((done) => setTimeout(done, 10));
    const name = card.id.slice("view-".length);
    saved[name] = await Promise.all(files.map(async ([file, blob]) => [file, await blob.text()]));
  }
  return saved;
}"""
"""Every file that the cards save, by view."""


@pytest.fixture(scope="module")
def context(browser: Any) -> Iterator[Any]:
    made = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    yield made
    made.close()


@pytest.fixture
def visit(context: Any, measured_page: Path) -> Iterator[Callable[..., Any]]:
    """Opens the page, at an address if one is given. It may not complain, nor ask for anything beside itself."""
    pages, faults = [], []

    def opened(address: str = "", file: Path = measured_page) -> Any:
        page = context.new_page()
        pages.append(page)
        page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: faults.append(request.url) if not _own(request.url, file) else None)
        page.goto(file.as_uri() + address)
        page.wait_for_function("latebloom.state.steps.value.length > 0 || document.querySelector('[role=alert]')")
        settle(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert faults == []


def _own(url: str, file: Path) -> bool:
    return url.split("#")[0] == file.as_uri() or url.startswith(("blob:", "data:"))


def settle(page: Any) -> None:
    """Wait until the views in sight have their answers and have drawn them."""
    for _ in range(2):
        page.wait_for_timeout(60)
        page.evaluate("latebloom.whenIdle()")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def draw_everything(page: Any) -> None:
    """Views outside the window wait for it to reach them, or for printing; so do the parts that they show then."""
    for _ in range(20):
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        settle(page)
        if not page.locator(".waiting").count():
            return


def state(page: Any, name: str) -> Any:
    return page.evaluate(f"latebloom.state.{name}.value")


def test_every_view_draws_and_follows_the_slider(visit: Callable[..., Any]) -> None:
    page = visit()
    draw_everything(page)
    last = page.evaluate(DRAWINGS)
    assert {"losses", "embedding-spectrum", "circles", "neuron-gallery", "try-it", "take-apart"} <= last.keys()
    for view, drawn in last.items():
        assert drawn["faults"] == [], view
        assert drawn["colours"] > 1 or drawn["shapes"] > 0, f"{view} is blank"
    page.locator("#step").fill("0")
    page.wait_for_timeout(600)
    draw_everything(page)
    assert state(page, "step") == 0
    first = page.evaluate(DRAWINGS)
    drawn = [view for view in page.evaluate(CIRCUIT) if last[view]["colours"] > 1]
    still = [view for view in drawn if first[view]["print"] == last[view]["print"]]
    assert still == [], "views of the circuit that did not follow the slider"


def test_a_frequency_lights_up_everywhere(visit: Callable[..., Any]) -> None:
    page = visit()
    draw_everything(page)
    dark = page.evaluate(DRAWINGS)
    page.locator(".step-bar .chip").first.click()
    draw_everything(page)
    lit = page.evaluate(DRAWINGS)
    assert state(page, "frequency") == page.evaluate("latebloom.page().modular.key_frequencies[0]")
    changed = {view for view in lit if lit[view]["print"] != dark[view]["print"]}
    assert {"embedding-spectrum", "circles", "neuron-gallery"} <= changed


def test_the_address_holds_what_is_shown(visit: Callable[..., Any]) -> None:
    page = visit()
    page.locator("#step").fill("1")
    page.wait_for_timeout(1100)
    page.locator(".step-bar .chip").nth(1).click()
    page.keyboard.press("t")
    address = page.evaluate("location.hash")
    there = visit(address)
    for name in ("step", "frequency", "theme"):
        assert state(there, name) == state(page, name) is not None
    page.go_back()
    assert (state(page, "frequency"), state(page, "checkpoint")) == (None, 1)
    page.go_forward()
    assert state(page, "frequency") is not None


CHOSEN: dict[str, Any] = {
    "wantedStep": 0, "frequency": 5, "neuron": 3, "pair": [4, 9], "attendedPosition": "y", "onlyKeyTerms": False,
    "mutedWaves": [3], "handFrequencies": [2, 7], "handLikeModel": True, "handHeight": 12, "cutFrequencies": [3],
    "cutClusters": [5], "cutHeads": [1], "cutResidualAttention": True, "cutResidualMlp": True, "keepOnlyKeys": True,
    "randomCut": 4, "logLoss": False, "zoom": [100, 900], "storyStop": 2, "theme": "dark",
    "readAnswer": 6, "openGroups": ["k = 5", "In no cluster"], "irrep": "3a",
}  # fmt: skip
"""Something else than at the start for everything that a visitor can choose."""


def test_the_whole_state_stands_in_the_address(visit: Callable[..., Any]) -> None:
    page = visit()
    kept = page.evaluate("Object.keys(latebloom.state).filter((name) => latebloom.state[name]?.brand !== undefined)")
    derived = {"steps", "step", "checkpoint", "dark", "highlighted", "place"}
    assert {*kept} - derived == {*CHOSEN}
    assert all(state(page, name) != value for name, value in CHOSEN.items())
    page.evaluate(
        "(chosen) => Object.entries(chosen).forEach(([name, value]) => (latebloom.state[name].value = value))", CHOSEN
    )
    page.locator("#view-losses .legend button", has_text="test").evaluate("(button) => button.click()")
    there = visit(page.evaluate("location.hash"))
    assert {name: state(there, name) for name in CHOSEN} == CHOSEN
    assert there.locator("#view-losses .legend button[aria-pressed=false]").inner_text().startswith("test")


@pytest.mark.parametrize(
    ("view", "place", "where", "said"),
    [
        ("losses", ".plot", ".lines-head", r"^loss \(nats\), log scale step [\d,]+$"),
        ("embedding-spectrum", ".plot", ".read", r"^frequency k \d+: cos .*\(norm"),
        ("attention-maps", "canvas", ".read", r"^y = \d+, x = \d+: [\d.e-]+ of its attention$"),
        ("logits-fourier", "canvas", ".read", r"^wave in y = .*, wave in x = .*: [\d.,e-]+ \(norm over all answers\)$"),
    ],
)
def test_pointing_reads_values_with_their_units(
    visit: Callable[..., Any], view: str, place: str, where: str, said: str
) -> None:
    page = visit()
    card = page.locator(f"#view-{view}")
    card.scroll_into_view_if_needed()
    settle(page)
    card.locator(place).first.hover(position={"x": 60, "y": 40})
    page.wait_for_timeout(100)
    assert re.search(said, " ".join(card.locator(where).first.inner_text().split()))


def test_everything_by_keyboard(visit: Callable[..., Any]) -> None:
    page = visit()
    stops = []
    for _ in range(16):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", f"{stops[-1]}: the focus cannot be seen"
    assert stops[0] == "Skip to the views"
    assert "step" in stops
    page.evaluate("document.activeElement.blur()")
    last = state(page, "checkpoint")
    for key, checkpoint in {"Home": 0, "ArrowRight": 1, "ArrowLeft": 0, "]": None, "[": 0, "End": last}.items():
        page.keyboard.press(key)
        assert state(page, "checkpoint") == checkpoint or (checkpoint is None and state(page, "checkpoint") > 0), key
    keys = page.evaluate("latebloom.page().modular.key_frequencies")
    page.keyboard.press("2")
    assert state(page, "frequency") == keys[1]
    page.keyboard.press("0")
    assert state(page, "frequency") is None
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Home")
    assert state(page, "checkpoint") == last, "keys must rest while the list of keys is open"
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    page.wait_for_function(f"latebloom.state.checkpoint.value === {last}")


def test_keys_rest_while_a_number_is_typed(visit: Callable[..., Any]) -> None:
    page = visit()
    field = page.locator("#view-try-it input").first
    field.focus()
    page.keyboard.press("1")
    page.keyboard.press("s")
    assert (state(page, "frequency"), state(page, "storyStop")) == (None, None)


def test_the_story_from_start_to_end(visit: Callable[..., Any]) -> None:
    page = visit()
    page.locator("button", has_text="Guided tour").click()
    titles = []
    while (panel := page.locator(".story")).count():
        titles.append(panel.locator("h2").inner_text())
        settle(page)
        lit = page.locator(".card.lit")
        assert lit.count() == 1, titles[-1]
        page.wait_for_function("document.querySelector('.card.lit').getBoundingClientRect().top < innerHeight / 2")
        text = panel.inner_text()
        assert not {"NaN", "undefined", "null", "not defined"} & set(text.split()), text
        page.keyboard.press("n")
        page.wait_for_timeout(50)
    assert 4 <= len(set(titles)) == len(titles) <= 8
    page.keyboard.press("s")
    page.keyboard.press("n")
    again = visit(page.evaluate("location.hash"))
    assert again.locator(".story h2").inner_text() == titles[1]
    again.keyboard.press("Escape")
    assert again.locator(".story").count() == 0
    again.keyboard.press("s")
    assert again.locator(".story h2").inner_text() == titles[1]


def test_the_story_of_overlapping_phases_agrees_with_the_slider(
    visit: Callable[..., Any], overlapping_page: Path
) -> None:
    """By hand: train loss levels out at 4500, after test loss comes under guessing; a checkpoint every 2000 steps."""
    page = visit(file=overlapping_page)
    assert page.locator(".strip").count() == 0
    assert page.locator(".no-phases").inner_text().startswith("No separate phases: they overlap.")
    page.keyboard.press("s")
    memorises = " ".join(page.locator(".story > p").inner_text().split())
    assert "At step 2,000, the next checkpoint, its loss" in memorises
    assert state(page, "step") == 2000
    losses = page.locator(".read-outs dd").all_inner_texts()[:2]
    assert re.findall(r"is ([\d.e-]+) nats", memorises) == losses
    page.keyboard.press("n")
    groks = " ".join(page.locator(".story > p").inner_text().split())
    assert "The slider stands at step 4,000, the next checkpoint." in groks
    assert state(page, "step") == 4000
    assert "the circuit formed while train loss was still falling" in groks
    under, level = (int(step.replace(",", "")) for step in re.findall(r"about step ([\d,]+)", groks))
    assert 3000 < under < 3300 < 4000 < level < 5000


def test_a_jump_ends_with_the_title_under_the_bar(visit: Callable[..., Any]) -> None:
    """Also where the views above grow on the way, as those do that are drawn once they are in sight."""
    page = visit()
    for view in ("excluded-by-frequency", "circles"):
        page.locator(f".contents ul ul a[href$='={view}']").click()
        page.wait_for_timeout(1500)
        settle(page)
        below = f"document.querySelector('#view-{view}').getBoundingClientRect().top"
        gap = page.evaluate(f"{below} - document.querySelector('.step-bar').getBoundingClientRect().bottom")
        assert 0 <= gap < 40, view


@pytest.mark.parametrize("width", [375, 2560])
def test_it_fits_the_window(visit: Callable[..., Any], width: int) -> None:
    page = visit()
    page.set_viewport_size({"width": width, "height": 800})
    draw_everything(page)
    for key in ("Home", "s"):
        page.keyboard.press(key)
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        wide = page.evaluate(
            "() => [...document.querySelectorAll('.card, .card > *, .step-bar > *')]"
            ".filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 80))"
        )
        assert wide == []


def test_it_prints_everything_on_white(visit: Callable[..., Any]) -> None:
    page = visit("#theme=dark")
    page.evaluate("void (print = () => (document.body.dataset.waiting = document.querySelectorAll('.waiting').length))")
    page.locator("button", has_text="Print").click()
    page.wait_for_function("document.body.dataset.waiting !== undefined", timeout=60_000)
    assert page.evaluate("document.body.dataset.waiting") == "0"
    page.emulate_media(media="print")
    for gone in (".actions", ".contents", ".menu", "#step"):
        assert not page.locator(gone).first.is_visible(), gone
    for there in (".strip", ".chip", ".foot time", "h1"):
        assert page.locator(there).first.is_visible(), there
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")


def test_a_print_from_the_browsers_menu_cannot_wait(visit: Callable[..., Any]) -> None:
    page = visit()
    # Nothing is scrolled to: what was not seen is drawn when the page has nothing else to do.
    page.wait_for_function(
        f"""Object.entries(({DRAWINGS.strip()})())
          .every(([name, it]) => name.startsWith("train") || it.colours > 1 || it.shapes > 0)""",
        timeout=60_000,
        polling=500,  # a look at all pixels in every frame leaves no idle time
    )
    lagging = page.evaluate(
        """async () => {
          latebloom.state.wantedStep.value = 0;
          dispatchEvent(new Event("beforeprint"));
          await new Promise((done) => setTimeout(done));
          return [...document.querySelectorAll(".on-paper")].map((line) => line.textContent);
        }"""
    )
    assert lagging
    assert all(line.startswith("This view shows step 6,000.") for line in lagging), lagging
    # Views outside the window follow once the slider rests.
    page.wait_for_function("document.querySelectorAll('.on-paper').length === 0")


def test_reduced_motion_jumps_from_phase_to_phase(visit: Callable[..., Any]) -> None:
    page = visit()
    page.emulate_media(reduced_motion="reduce")
    page.keyboard.press(" ")
    assert state(page, "checkpoint") == 0
    page.wait_for_timeout(1000)
    assert state(page, "checkpoint") == 0
    page.keyboard.press(" ")
    page.emulate_media(reduced_motion="no-preference")


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: make web")
def test_axe_finds_nothing(visit: Callable[..., Any]) -> None:
    page = visit()
    page.add_script_tag(path=AXE)
    draw_everything(page)
    # The dark page has the same elements in other colours.
    states = [
        ("light", "Home", "document", "{}"),
        ("dark", "End", "document", CONTRAST),
        ("dark", "s", "'.story'", "{}"),
    ]
    for theme, key, within, rules in [*states, ("light", "?", "'dialog'", "{}")]:
        page.evaluate(f"latebloom.state.theme.value = '{theme}'")
        page.keyboard.press(key)
        settle(page)
        found = page.evaluate(f"axe.run({within}, {rules})")["violations"]
        told = [f"{one['id']}: {node['html'][:120]} {node['failureSummary']}" for one in found for node in one["nodes"]]
        assert not told, "\n".join([f"{theme} {key}", *told])


def test_a_view_is_saved(visit: Callable[..., Any]) -> None:
    page = visit()
    starts = {"PNG": b"\x89PNG", "SVG": b"<svg", "CSV": b"step"}
    for kind, start in starts.items():
        page.locator("#view-losses .menu summary").click()
        with page.expect_download() as saved:
            page.locator("#view-losses .choices button", has_text=kind).click()
        assert saved.value.suggested_filename.endswith(kind.lower())
        assert Path(saved.value.path()).read_bytes().startswith(start), kind


def test_every_view_is_saved_as_picture_drawing_and_numbers(visit: Callable[..., Any]) -> None:
    page = visit()
    draw_everything(page)
    for view, files in page.evaluate(SAVED).items():
        kinds = [name.rsplit(".", 1)[1] for name, _ in files]
        if view == "train":  # buttons alone
            assert page.locator("#view-train .menu").count() == 0 == len(files)
            continue
        assert {"png", "svg", "csv"} == set(kinds), view
        assert kinds.count("svg") == kinds.count("csv") == kinds.count("png"), view
        for name, text in files:
            assert name.startswith(f"planted-{view}-step-6000"), name
            if name.endswith("svg"):
                assert ElementTree.fromstring(text).tag.endswith("svg")
            if name.endswith("csv"):
                heading, *rows = csv.reader(io.StringIO(text))
                assert rows, f"{name} has no numbers"
                assert all(len(row) == len(heading) for row in rows), name


def test_weights_that_cannot_be_read_are_said_in_place(
    visit: Callable[..., Any], measured_page: Path, tmp_path: Path
) -> None:
    before, mark, rest = measured_page.read_text("utf-8").partition('id="latebloom-weights">')
    broken = tmp_path / "broken.html"
    broken.write_text(before + mark + "AAAAAAAAAAAA" + rest[rest.index("</script>") :], "utf-8")
    page = visit(file=broken)
    assert "cannot be read" in page.locator(".step-bar [role=alert]").inner_text()
    assert page.evaluate(DRAWINGS)["losses"]["colours"] > 1


@pytest.mark.skipif(FIREFOX is None, reason="needs Debian's firefox-esr")
@pytest.mark.skipif(not (WEB / "node_modules" / "puppeteer-core").exists(), reason="needs puppeteer-core: make web")
def test_the_main_path_in_firefox(measured_page: Path) -> None:
    command = ["node", "test/firefox.mjs", str(measured_page)]
    done = subprocess.run(
        command, cwd=WEB, capture_output=True, text=True, timeout=180, env={**os.environ, "FIREFOX": str(FIREFOX)}
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["faults"] == []
    assert found["colours"] > 1
    assert found["first"]["step"] > found["home"]["step"] == 0
    assert found["first"]["frequency"] is None is not found["lit"]["frequency"]
    assert (found["story"]["story"], found["next"]["story"], found["closed"]["story"]) == (1, 2, None)
    assert "story=2" in found["next"]["hash"]
    assert found["overflow"] <= 0
