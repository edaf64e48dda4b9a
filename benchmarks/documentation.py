"""Build the documentation, check it, and open its pages in Chromium on a phone and on a desk, light and dark.

    python benchmarks/documentation.py --out benchmarks/results/documentation.json --shots shots

On every page and in each of the four forms it looks for what is wider than the window, for errors in the console, and
for anything that is loaded from elsewhere. It then types words into the search field and looks for the page that each
should find. ``--shots`` keeps pictures of some pages, to be looked at.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from threading import Thread
from time import monotonic
from typing import Any, Literal

from environments import ROOT, run
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(ROOT / "docs"))
from website.blocks import items
from website.check import measured

WIDTHS = (375, 1400)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SHOWN = (
    "index",
    "start",
    "concepts/losses",
    "tutorials/find-the-cosines",
    "gallery",
    "reproduction",
    "reference/python",
)
"""The pages of which pictures are kept."""

SEARCHES = {
    "excluded loss": "concepts/losses.html",
    "pickle": "files.html",
    "own optimiser": "extending.html",
    "slurm": "how-to/slurm.html",
    "weight_decay": "tutorials/survival-curves.html",
}
"""Words that a reader may look for, and the page that must be among the results."""

SEARCHED = re.compile(r"^\s*(\d+|One) matching document", re.IGNORECASE)
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and prints nothing."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which the folder is served, on this machine alone."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()


def build(site: Path) -> dict[str, Any]:
    """Build the site and check its links."""
    start = monotonic()
    done = run([sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(site)], cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.stderr)
    return {"seconds": round(monotonic() - start), **measured(site)}


def executed() -> dict[str, int]:
    """How many commands and blocks of each language the pages have; `make test` executes them."""
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "CONTRIBUTING.md"]
    return dict(Counter(language for page in pages for language, _ in items(page.read_text())).most_common())


def opened(browser: Browser, address: str, site: Path, shots: Path | None) -> dict[str, Any]:
    """Open every page in every form; what is wrong with one, as lines."""
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html") if path.name != "404.html")
    wrong = [line for scheme in SCHEMES for line in _visited(browser, scheme, address, pages, shots)]
    return {"pages": len(pages), "widths": WIDTHS, "schemes": SCHEMES, "wrong": wrong}


def _visited(
    browser: Browser, scheme: Literal["light", "dark"], address: str, pages: list[str], shots: Path | None
) -> list[str]:
    """What is wrong with the pages in one scheme of colours, for a new visitor: the site remembers the first scheme."""
    wrong: list[str] = []
    context, where = browser.new_context(color_scheme=scheme), [""]
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(f"{where[0]}: {error}"))
    page.on("requestfailed", lambda request: wrong.append(f"{where[0]}: cannot load {request.url}"))
    page.on("request", partial(_elsewhere, wrong, where, address))
    for name in pages:
        where[0] = f"{name}, {scheme}"
        page.goto(address + name)
        wrong += _wider(page, where[0])
        if shots is not None and name.removesuffix(".html") in SHOWN:
            _keep(page, shots, f"{name.removesuffix('.html').replace('/', '-')}-{scheme}")
    context.close()
    return wrong


def _wider(page: Page, where: str) -> list[str]:
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if (wider := page.evaluate(WIDER)) > 0:
            found.append(f"{where}: {wider} px wider than a window of {width} px")
    return found


def _keep(page: Page, shots: Path, name: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=shots / f"{name}-{width}.png")


def _elsewhere(wrong: list[str], where: list[str], address: str, request: Any) -> None:
    if not request.url.startswith((address, "data:", "blob:")):
        wrong.append(f"{where[0]}: loads {request.url}")


def searched(browser: Browser, address: str, shots: Path | None) -> dict[str, Any]:
    """Type each of the words, and see whether its page is among the results."""
    found: dict[str, Any] = {}
    for width in WIDTHS:
        page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
        for words, expected in SEARCHES.items():
            found.setdefault(words, {})[str(width)] = _place(page, address, words, expected)
            if shots is not None:
                page.screenshot(path=shots / f"search-{words.replace(' ', '-')}-{width}.png")
        page.context.close()
    return found


def _place(page: Page, address: str, words: str, expected: str) -> int | None:
    """The place of the expected page among the results, from 1; None if it is not there."""
    page.goto(address + "index.html")
    if page.viewport_size and page.viewport_size["width"] < 960:
        page.click("label.md-header__button[for=__search]")
    page.fill("input.md-search__input", words)
    page.locator(".md-search-result__meta", has_text=SEARCHED).wait_for(timeout=20_000)
    links = page.eval_on_selector_all("a.md-search-result__link", "all => all.map(one => one.pathname)")
    pages = list(dict.fromkeys(link.lstrip("/") for link in links))
    return pages.index(expected) + 1 if expected in pages else None


def main() -> int:
    """Build, open, search; write what was found. 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--shots", type=Path)
    options = parser.parse_args()
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        site = Path(folder) / "site"
        result = {
            "command": "python benchmarks/documentation.py",
            "date": datetime.now(UTC).date().isoformat(),
            "built": build(site),
            "executed": executed(),
        }
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = play.chromium.launch(executable_path=which("chromium"), args=arguments)
        with served(site) as address:
            result["browser"] = browser.version
            result["opened"] = opened(browser, address, site, options.shots)
            result["searched"] = searched(browser, address, options.shots)
        browser.close()
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    missed = any(place is None for places in result["searched"].values() for place in places.values())
    return 1 if result["opened"]["wrong"] or missed else 0


if __name__ == "__main__":
    sys.exit(main())
