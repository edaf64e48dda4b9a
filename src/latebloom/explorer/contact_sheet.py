"""The write-up's pictures beside each other, as a page of the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

COLUMNS = 3


def contact_sheet_markdown(result: Mapping[str, Any], folder: str) -> str:
    """A table of thumbnails as HTML, which Markdown allows. ``result``: a stored reproduction. ``folder``: where its
    drawings are, seen from the page. A picture that there is none of says why."""
    cells = [_cell(picture, folder) for picture in result["sheet"]]
    rows = [cells[i : i + COLUMNS] for i in range(0, len(cells), COLUMNS)]
    lines = [line for row in rows for line in ("<tr>", *row, "</tr>")]
    return "\n".join(["<table>", *lines, "</table>"]) + "\n"


def _cell(picture: Mapping[str, Any], folder: str) -> str:
    text = f"{escape(picture['caption'])}<br><sub>{escape(picture['place'])}</sub>"
    width = f'width="{100 // COLUMNS}%" valign="top"'
    if picture["file"] is None:
        return f"<td {width}><em>{escape(picture['says'])}</em><br>{text}</td>"
    file = escape(f"{folder}/{picture['file'].removeprefix('figures/')}")
    drawing = f'<a href="{file}"><img src="{file}" width="280" alt="{escape(picture["picture"])}"></a>'
    says = f"Ours: {escape(picture['says'])}"
    return f"<td {width}>{drawing}<br>{text}<br>{says}<br><code>{escape(picture['command'])}</code></td>"
