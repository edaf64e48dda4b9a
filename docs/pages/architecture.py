"""The drawing of the packages in docs/architecture.md, and the rules beside it: both made from the import contracts."""

from __future__ import annotations

import configparser
import html
import importlib
from dataclasses import dataclass

from .paths import ROOT
from .templating import render

WIDTH, ROW, GAP, BOX = 860, 46, 12, 32
"""The width of the drawing, the height of a layer, the gap between boxes, and the height of a box, in pixels."""


@dataclass(frozen=True)
class Ban:
    """A contract that forbids imports: its name, who must not import, and what."""

    name: str
    sources: tuple[str, ...]
    forbidden: tuple[str, ...]


def layers() -> list[list[str]]:
    """The packages of each layer, the top one first; a package imports only from layers below."""
    (contract,) = [one for one in _contracts() if one["type"] == "layers"]
    return [[name.strip() for name in line.split("|")] for line in contract["layers"].strip().splitlines()]


def architecture_block() -> str:
    """The table of packages and the list of further rules."""
    packages = [(name, _first_line(name)) for layer in layers() for name in layer if not _short(name).startswith("_")]
    bans = [
        Ban(one["name"], _lines(one["source_modules"]), _lines(one["forbidden_modules"]))
        for one in _contracts()
        if one["type"] == "forbidden"
    ]
    return render("packages", packages=packages, bans=bans)


def packages_drawing() -> str:
    """The layers as SVG: one row of boxes for each, with an arrow that shows the direction of imports."""
    rows = layers()
    height = ROW * len(rows) + GAP
    boxes = [_box(_short(name), place, len(row), y) for y, row in enumerate(rows) for place, name in enumerate(row)]
    arrow = f'<path d="M22 {GAP + 10}V{height - 22}" class="arrow" marker-end="url(#head)"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="The packages of latebloom in layers; each imports only from layers below">\n'
        "<style>rect{fill:#e0f2f1;stroke:#00796b}text{font:14px sans-serif;fill:#111;text-anchor:middle}"
        ".arrow{stroke:#00796b;stroke-width:2;fill:none}</style>\n"
        '<defs><marker id="head" viewBox="0 0 10 10" refX="5" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L10 5L0 10z" fill="#00796b"/></marker></defs>\n'
        f'<rect width="{WIDTH}" height="{height}" style="fill:white;stroke:none"/>\n'
        f"{arrow}\n" + "\n".join(boxes) + "\n</svg>\n"
    )


def _box(name: str, place: int, count: int, layer: int) -> str:
    left, right = 44, WIDTH - GAP
    width = (right - left - GAP * (count - 1)) / count
    x, y = left + place * (width + GAP), GAP + ROW * layer
    return (
        f'<rect x="{x:g}" y="{y}" width="{width:g}" height="{BOX}" rx="5"/>'
        f'<text x="{x + width / 2:g}" y="{y + 21}">{html.escape(name)}</text>'
    )


def _contracts() -> list[configparser.SectionProxy]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return [parser[name] for name in parser.sections() if name.startswith("importlinter:contract:")]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(_short(line.strip()) for line in text.strip().splitlines())


def _short(name: str) -> str:
    return name.removeprefix("latebloom.")


def _first_line(name: str) -> str:
    return (importlib.import_module(name).__doc__ or "").strip().split("\n\n")[0]
