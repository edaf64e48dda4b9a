"""Hook of the site: a notebook becomes a page, with the outputs that are stored in it. Nothing is executed.

A link from another page to a notebook, which works in a checkout, leads to its page.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ENDING = ".ipynb"
LINK = re.compile(rf"\]\(([^)\s]+){re.escape(ENDING)}\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Make every notebook a page that also offers the notebook itself."""
    for notebook in [file for file in files if file.src_uri.endswith(ENDING)]:
        text = page_text(json.loads(notebook.content_string), notebook.src_uri.rsplit("/", 1)[-1])
        files.append(File.generated(config, notebook.src_uri.removesuffix(ENDING) + ".md", content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point the links of a page at the pages of notebooks; a notebook's own page offers the notebook."""
    of_notebook = files.get_file_from_path(page.file.src_uri.removesuffix(".md") + ENDING) is not None
    return markdown if of_notebook else LINK.sub(r"](\1.md)", markdown)


def page_text(notebook: dict[str, Any], name: str) -> str:
    """The notebook as Markdown."""
    title, *cells = (cell_text(cell) for cell in notebook["cells"])
    return "\n\n".join([title, f"*This page is a notebook that you can run: [{name}]({name}).*", *cells]) + "\n"


def cell_text(cell: dict[str, Any]) -> str:
    """One cell: its text, or its code and what that printed and drew."""
    source = "".join(cell["source"])
    if cell["cell_type"] != "code":
        return source
    return "\n\n".join([f"```python\n{source}\n```", *map(output_text, cell["outputs"])])


def output_text(output: dict[str, Any]) -> str:
    """One output: a drawing, a table, or text."""
    data = output.get("data", {})
    if "image/svg+xml" in data:
        encoded = base64.b64encode("".join(data["image/svg+xml"]).encode()).decode()
        return _picture("svg+xml", encoded)
    if "image/png" in data:
        return _picture("png", "".join(data["image/png"]).strip())
    if "text/html" in data:
        return f'<div class="output">{"".join(data["text/html"])}</div>'
    text = "".join(output["text"] if "text" in output else data["text/plain"])
    return f"```{{.text .output}}\n{text.rstrip()}\n```"


def _picture(kind: str, encoded: str) -> str:
    """An image that the page holds itself; the text of the cells above and below describes it."""
    return f'<img class="output" alt="what the cell above draws" src="data:image/{kind};base64,{encoded}">'
