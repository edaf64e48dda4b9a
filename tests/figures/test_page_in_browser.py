"""The static page in a browser: it needs no network, shows its pictures, and fits a narrow window."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from latebloom.lab.report import report
from latebloom.runs import Run

CHROMIUM = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
# The page is asked about itself by a script that exists only in the test's copy of it.
ASK = """<script>addEventListener("load", () => {
  const drawn = [...document.querySelectorAll("svg")].filter(s => s.getBoundingClientRect().width > 100).length;
  const fetched = performance.getEntriesByType("resource").filter(r => !r.name.startsWith("data:")).length;
  const wide = document.documentElement.scrollWidth - innerWidth;
  document.title = `drawn=${drawn} fetched=${fetched} overflow=${wide}`;
});</script>"""


@pytest.fixture(scope="module")
def page(grokked: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report(grokked, tmp_path_factory.mktemp("page") / "report.html", static=True)


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed; `make test` installs it if possible")
@pytest.mark.parametrize("width", [1200, 500])
def test_the_page_stands_alone_and_fits(page: Path, tmp_path: Path, width: int) -> None:
    asking = tmp_path / "asking.html"
    asking.write_text(page.read_text().replace("</body>", f"{ASK}</body>"))
    command = [str(CHROMIUM), *FLAGS, f"--window-size={width},2000", f"--user-data-dir={tmp_path / 'profile'}"]
    dom = subprocess.run([*command, "--dump-dom", asking.as_uri()], capture_output=True, text=True, timeout=120).stdout
    title = re.search(r"<title>drawn=(\d+) fetched=(\d+) overflow=(-?\d+)</title>", dom)
    assert title, dom[:500]
    drawn, fetched, overflow = map(int, title.groups())
    assert drawn >= 13
    assert fetched == 0
    assert overflow <= 0
