"""The HTML of a served page: the same bundle as that of a page on disk, with its data still to come."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from latebloom.explorer.page import document


def shell(kind: str, title: str, **facts: Any) -> str:
    """The page of this kind: index, run, compare or sweep. facts: what ``web/src/load.ts`` needs to ask for the data.

    A JSON element is data and not a script, so the strict policy of `latebloom.explorer.guard` holds."""
    data = json.dumps({"kind": kind, **facts}).replace("<", "\\u003c")
    head = f"""<link rel="stylesheet" href="/assets/explorer.css">
<script type="application/json" id="latebloom-served">{data}</script>
<script type="module" src="/assets/explorer.js"></script>"""
    return document(title, head, "This page draws everything with a script.")


@cache
def asset(name: str) -> bytes:
    """A built file of the explorer, as it is."""
    return (files("latebloom.explorer") / "bundle" / name).read_bytes()
