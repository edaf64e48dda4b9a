"""Check a built site: every link leads to a page and to an anchor on it, and nothing is loaded from elsewhere.

python docs/website/check.py site
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

LOADED = {"img": "src", "script": "src", "link": "href", "source": "src", "iframe": "src"}
"""The attributes by which a page loads another file."""

NOT_LOADED = ("canonical", "alternate", "next", "prev")
"""Kinds of ``<link>`` that load nothing."""


@dataclass
class Found(HTMLParser):
    """What a page links to, what it loads, and its anchors."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the attributes of one element."""
        given = {name: value for name, value in attrs if value is not None}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in LOADED and LOADED[tag] in given and given.get("rel") not in NOT_LOADED:
            self.loads.append(given[LOADED[tag]])


@cache
def read(page: Path) -> Found:
    """What is on a page."""
    found = Found()
    found.feed(page.read_text("utf-8"))
    return found


def problems(site: Path) -> Iterator[str]:
    """One line for each link that leads nowhere, and for each file that is loaded from elsewhere."""
    for page in sorted(site.rglob("*.html")):
        here = page.relative_to(site)
        for address in read(page).loads:
            if _is_elsewhere(address):
                yield f"{here}: loads {address}"
        for address in (*read(page).links, *read(page).loads):
            if not (_is_elsewhere(address) or address.startswith(("mailto:", "data:"))) and not _leads(
                page, site, address
            ):
                yield f"{here}: {address} leads nowhere"


def _is_elsewhere(address: str) -> bool:
    return address.startswith(("http://", "https://", "//"))


def _leads(page: Path, site: Path, address: str) -> bool:
    path, anchor = urldefrag(address)
    base = site if path.startswith("/") else page.parent
    target = (base / unquote(path).lstrip("/")).resolve() if path else page
    target = target / "index.html" if target.is_dir() else target
    if not target.exists():
        return False
    return not anchor or target.suffix != ".html" or unquote(anchor) in read(target).anchors


def measured(site: Path) -> dict[str, Any]:
    """Pages, links, problems and size of a built site."""
    pages = list(site.rglob("*.html"))
    return {
        "pages": len(pages),
        "links": sum(len(read(page).links) + len(read(page).loads) for page in pages),
        "problems": list(problems(site)),
        "megabytes": round(sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1e6, 1),
    }


def main(arguments: list[str]) -> int:
    """Print the problems and the size of the site; 1 if there is a problem."""
    (site,) = map(Path, arguments)
    found = measured(site)
    print(*found["problems"], sep="\n", end="\n" if found["problems"] else "")
    print(f"{found['pages']} pages, {found['links']} links, {len(found['problems'])} broken, {found['megabytes']} MB")
    return 1 if found["problems"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
