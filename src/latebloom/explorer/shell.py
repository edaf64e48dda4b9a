"""The HTML of a served page: the same bundle as that of a page on disk, with its data still to come."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any


def shell(kind: str, title: str, **facts: Any) -> str:
    """The page of this kind: index, run, compare or sweep. facts: what ``web/src/load.ts`` needs to ask for the data.

    A JSON element is data and not a script, so the strict policy of `latebloom.explorer.guard` holds."""
    data = json.dumps({"kind": kind, **facts}).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{escape(title)} · latebloom</title>
<link rel="stylesheet" href="/assets/explorer.css">
<script type="application/json" id="latebloom-served">{data}</script>
<script type="module" src="/assets/explorer.js"></script>
</head>
<body>
<div id="app"></div>
<noscript>This page draws everything with a script.</noscript>
</body>
</html>
"""


@cache
def asset(name: str) -> bytes:
    """A built file of the explorer, as it is."""
    return (files("latebloom.explorer") / "bundle" / name).read_bytes()
