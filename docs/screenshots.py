"""Draws the pictures of the page for the README and these documents, in Debian's Chromium.

latebloom report demo --out report.html
python docs/screenshots.py report.html docs/images
"""

import argparse
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

DESKTOP, PHONE = (1280, 860), (390, 844)

PICTURES = {
    "explorer": (DESKTOP, "light", ""),
    "explorer-dark": (DESKTOP, "dark", "#view=neuron-gallery&k=5"),
    "explorer-story": (DESKTOP, "light", "#story=6&view=try-it"),
    "explorer-take-apart": (DESKTOP, "dark", "#view=take-apart"),
    "explorer-phone": (PHONE, "light", "#view=circles"),
    "explorer-phone-dark": (PHONE, "dark", "#view=losses"),
}
"""By name: size of the window in pixels, theme of the system, and address after the file's."""

REST = 4000
"""Milliseconds after which the page stands still: views above the place in sight have been drawn."""


def draw(browser: Browser, report: Path, name: str, folder: Path) -> None:
    """One picture, as a PNG file at twice the window's size on phones."""
    (width, height), theme, address = PICTURES[name]
    scale = 2 if (width, height) == PHONE else 1
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, device_scale_factor=scale
    )
    page = context.new_page()
    page.goto(report.resolve().as_uri() + address)
    page.wait_for_function("latebloom.state.steps.value.length > 0", timeout=120_000)
    page.wait_for_timeout(REST)
    page.evaluate("latebloom.whenIdle()")
    page.screenshot(path=folder / f"{name}.png")
    context.close()


def main() -> None:
    """Draw all pictures of one report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        for name in PICTURES:
            draw(browser, options.report, name, options.folder)
        browser.close()


if __name__ == "__main__":
    main()
