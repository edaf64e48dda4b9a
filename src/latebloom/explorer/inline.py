"""Prepare several SVG files for one HTML page."""

import re
from html import escape

_ROOT = re.compile(r"<svg\b[^>]*>", re.DOTALL)
_VIEW = re.compile(r'viewBox="([^"]*)"')
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_ID = re.compile(r'(\sid="|url\(#|href="#)')


def inline_svg(svg: str, prefix: str, label: str) -> str:
    """The drawing without prologue, metadata and fixed size. ``label``: its text for screen readers.

    ``prefix`` is added to every id and every reference to it, so that no two drawings share an id. Errors: ValueError
    for a text without an <svg> element.
    """
    root = _ROOT.search(svg)
    if root is None:
        raise ValueError("expected an SVG document, got no <svg> element")
    view = _VIEW.search(root[0])
    box = view[1] if view else "0 0 600 400"
    body = _METADATA.sub("", svg[root.end() :])
    width = float(box.split()[2])
    opening = (
        f'<svg viewBox="{escape(box)}" style="max-width:{1.4 * width:.0f}px" role="img" aria-label="{escape(label)}">'
    )
    return opening + _ID.sub(lambda use: use[1] + prefix, body).strip()
