"""The page in a notebook: as a widget, in a saved notebook, and without the optional package."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import latebloom as lb
from latebloom.explorer import widget
from latebloom.explorer.page import bundled
from latebloom.runs import Run

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def shown(planted_run: Run) -> Any:
    pytest.importorskip("anywidget")
    return lb.view(planted_run, height=700)


def drawn(page: Any) -> list[int]:
    """Waits for the page in a frame, and returns the steps of its checkpoints."""
    page.wait_for_function("frames.length === 1 && frames[0].latebloom?.state.steps.value.length > 0")
    assert page.frame_locator("iframe").locator("#view-losses").count() == 1
    steps: list[int] = page.evaluate("frames[0].latebloom.state.steps.value")
    return steps


def test_the_widget_hands_the_page_to_a_frame(
    shown: Any, browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[Any, Any]] = []
    monkeypatch.setattr(type(shown), "send", lambda self, content, buffers=None: said.append((content, buffers)))
    shown._handle_custom_msg({}, [])
    [(answer, [weights])] = said
    module, packed = (base64.b64encode(part).decode() for part in (bundled("widget.js").encode(), weights))
    data = json.dumps(answer).replace("<", "\\u003c")
    (
        tmp_path / "cell.html"
    ).write_text(f"""<!doctype html><meta charset="utf-8"><div id="cell"></div><script type="module">
const answer = {data};
const weights = new DataView(Uint8Array.from(atob("{packed}"), (c) => c.charCodeAt(0)).buffer);
const model = {{ get: () => {shown.height}, on: (_, heard) => (model.heard = heard), off: () => (model.heard = null) }};
model.send = () => model.heard(answer, [weights]);
const widget = await import("data:text/javascript;base64,{module}");
widget.default.render({{ model, el: document.getElementById("cell") }});
</script>""")
    page = browser.new_page()
    page.goto((tmp_path / "cell.html").as_uri())
    assert drawn(page) == [0, 2000, 4000, 6000]
    assert page.frame_locator("iframe").locator("h1").inner_text() == "planted"
    page.close()


def test_what_a_notebook_stores_of_the_widget_is_small(shown: Any) -> None:
    assert len(str(shown.get_state())) < 5000


def test_a_saved_notebook_shows_the_page_without_a_kernel(shown: Any, browser: Any, tmp_path: Path) -> None:
    data, _ = shown._repr_mimebundle_()
    # JupyterLab and nbconvert prefer a widget, and show none once its kernel is gone.
    assert WIDGET not in data
    (tmp_path / "notebook.html").write_text(f'<!doctype html><meta charset="utf-8">{data["text/html"]}')
    page = browser.new_page()
    page.goto((tmp_path / "notebook.html").as_uri())
    assert drawn(page) == [0, 2000, 4000, 6000]
    page.close()


def test_an_executed_notebook_keeps_the_page_as_html(planted_run: Run) -> None:
    for package in ("anywidget", "ipykernel"):
        pytest.importorskip(package)
    nbformat, nbclient, nbconvert = map(pytest.importorskip, ("nbformat", "nbclient", "nbconvert"))
    cell = nbformat.v4.new_code_cell(f"import latebloom as lb\nlb.view({str(planted_run.path)!r})")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbclient.NotebookClient(notebook, timeout=120).execute()
    html, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    assert 'srcdoc="&lt;!doctype html&gt;' in html
    assert WIDGET not in notebook.cells[0].outputs[0].data


def test_without_the_package_view_says_what_to_install(planted_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    widget._kind.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(lb.UsageError, match=r"pip install 'latebloom\[notebook\]'"):
        lb.view(planted_run)


def test_importing_latebloom_loads_neither_torch_nor_anywidget() -> None:
    code = "import sys, latebloom; latebloom.view; sys.exit('anywidget' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    code = "import sys, latebloom.explorer.widget; sys.exit('torch' in sys.modules or 'anywidget' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
