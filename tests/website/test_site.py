"""The site without its generator: pages and navigation agree, links lead somewhere, and the checker finds faults."""

import re
from pathlib import Path

import pytest
import yaml
from website.check import problems

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
OUTSIDE = {"contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}
"""Pages of the site that stand elsewhere in the repository."""

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
TEXTS = [*DOCS.rglob("*.md"), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))]


def navigation() -> list[str]:
    """Every page that mkdocs.yml names."""
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
    return [page for section in settings["nav"] for pages in section.values() for page in pages]


def anchors(text: str) -> set[str]:
    """The anchors of a page: its headings as the site writes them, and those in HTML."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    slugs = {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", _plain(heading)).strip().lower()) for heading in headings}
    return slugs | set(re.findall(r'id="([^"]+)"', text))


def _plain(heading: str) -> str:
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")


def test_every_page_is_in_the_navigation_and_the_other_way_round() -> None:
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    notebooks = {path.relative_to(DOCS).with_suffix(".md").as_posix() for path in DOCS.rglob("*.ipynb")}
    indexed = {path for path in pages if path.startswith("studies/")}
    assert all(f"]({path})" in (DOCS / "studies.md").read_text() for path in indexed), "the index links to each study"
    assert sorted(navigation()) == sorted(pages - indexed | notebooks | set(OUTSIDE))
    assert all((ROOT / path).exists() for path in OUTSIDE.values())


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_files_and_anchors(path: Path) -> None:
    prose = re.sub(r"^( *)```.*?^\1```|`[^`\n]*`", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    for target, anchor in LINK.findall(prose):
        if "://" in target:
            continue
        to = (path.parent / target) if target else path
        notebook = to.with_suffix(".ipynb")
        assert to.exists() or notebook.exists(), target
        if anchor and to.suffix == ".md":
            assert anchor in anchors(to.read_text()), f"{target}#{anchor}"


def test_the_checker_of_the_built_site_finds_faults(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<h1 id="top">A</h1><a href="b.html#there">b</a><a href="#top">top</a><a href="https://elsewhere.org">e</a>'
        '<link rel="canonical" href="https://elsewhere.org/"><img src="data:image/png;base64,">'
    )
    (tmp_path / "b.html").write_text('<h2 id="there">B</h2><a href="index.html">back</a>')
    assert list(problems(tmp_path)) == []
    (tmp_path / "c.html").write_text(
        '<a href="b.html#nowhere"></a><a href="d.html"></a><script src="//elsewhere.org/s.js">'
    )
    assert list(problems(tmp_path)) == [
        "c.html: loads //elsewhere.org/s.js",
        "c.html: b.html#nowhere leads nowhere",
        "c.html: d.html leads nowhere",
    ]


def test_documents_that_the_code_names_exist() -> None:
    code = [*(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    named = {name for path in code for name in re.findall(r"(?:docs|dev)/[\w/-]+\.md", path.read_text())}
    assert "docs/measures.md" in named
    assert not [name for name in named if not (ROOT / name).exists()]
