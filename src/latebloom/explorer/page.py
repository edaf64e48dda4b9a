"""The page of the explorer: one self-contained HTML text from a page's data and packed weights."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

NO_SCRIPT = (
    "This page draws everything with a script. <code>latebloom report --static</code> writes a page without one."
)


def render_page(page: Mapping[str, Any], weights: bytes | None = None) -> str:
    """The page as text. ``page``: from `latebloom.lab.explorer`. ``weights``: from `latebloom.explorer.pack`; None for
    a run without checkpoints. It loads nothing from outside the file. Errors: ValueError for NaN and infinity."""
    data = json.dumps(page, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    packed = "" if weights is None else base64.b64encode(weights).decode()
    return page_around(
        page["run"]["name"],
        f"""<script type="application/json" id="latebloom-page">{data}</script>
<script type="text/plain" id="latebloom-weights">{packed}</script>
""",
    )


def page_around(title: str, data: str = "") -> str:
    """The page with this HTML for its data; without, it takes them from the frame in which it stands."""
    style, script = (bundled(f"explorer.{kind}") for kind in ("css", "js"))
    return document(title, f"<style>{style}</style>", NO_SCRIPT, f'{data}<script type="module">{script}</script>\n')


def document(title: str, head: str, no_script: str, body: str = "") -> str:
    """The HTML round the explorer, on disk and served. head, body: HTML for these; no_script: where scripts are off."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{escape(title)} · latebloom</title>
{head}
</head>
<body>
<div id="app"></div>
<noscript>{no_script}</noscript>
{body}</body>
</html>
"""


@cache
def bundled(name: str) -> str:
    """A built file of the explorer, safe inside an element of a page: ``web/`` is its source."""
    text = (files("latebloom.explorer") / "bundle" / name).read_text("utf-8")
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
