"""Hook of the site: files that stand elsewhere in the repository.

CHANGELOG.md and CONTRIBUTING.md become pages. A link from a page to a file outside docs, which works in a checkout,
leads to a copy of that file in the site; a link to a folder becomes its path as plain text.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

PAGES = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
"""Files of the repository that are pages of the site."""

COPIES = "repository"
"""Folder of the site that holds copies of files outside docs."""

LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages, and copies of what the pages link to."""
    root = Path(config.docs_dir).parent
    for source, page in PAGES.items():
        files.append(File.generated(config, page, content=(root / source).read_text("utf-8")))
    linked = {target for file in files.documentation_pages() for target in _outside(file, root)}
    for target in sorted(linked):
        copy = File.generated(config, f"{COPIES}/{target}", abs_src_path=str(root / target))
        copy.inclusion = InclusionLevel.NOT_IN_NAV
        files.append(copy)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point the links of a page at what is in the site."""
    root = Path(config.docs_dir).parent
    here = _place(page.file.src_uri)

    def moved(link: re.Match[str]) -> str:
        text, target, anchor = link[1], link[2], link[3] or ""
        if "://" in target or target.startswith("mailto:"):
            return link[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
        if (root / path).is_dir():
            return f"{text} (`{path}`)" if "`" not in text and path not in text else text
        to = PAGES.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else f"{COPIES}/{path}")
        start = posixpath.dirname(page.file.src_uri) or "."
        return f"[{text}]({posixpath.relpath(to, start)}{anchor})"

    return LINK.sub(moved, markdown)


def _place(page: str) -> str:
    """The path in the repository of a page of the site."""
    if page.startswith(f"{COPIES}/"):
        return page.removeprefix(f"{COPIES}/")
    return next((source for source, to in PAGES.items() if to == page), f"docs/{page}")


def _outside(file: File, root: Path) -> set[str]:
    """The files outside docs that a page links to, by their path in the repository."""
    here = posixpath.dirname(_place(file.src_uri))
    found = (posixpath.normpath(posixpath.join(here, link[2])) for link in LINK.finditer(file.content_string))
    return {
        path for path in found if not path.startswith(("docs/", "..")) and path not in PAGES and (root / path).is_file()
    }
