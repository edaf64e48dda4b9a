"""The page of a run in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from latebloom.analysis import Analysis
from latebloom.explorer.widget import HEIGHT, page_widget
from latebloom.lab.explorer import packed_weights, page_of
from latebloom.runs import Run, open_run

if TYPE_CHECKING:
    from anywidget import AnyWidget


def view(target: Run | str | Path, root: str | Path = "runs", *, height: int = HEIGHT) -> AnyWidget:
    """The explorer's page of a run (an object, a path or a name under ``root``) as the result of a notebook cell.

    It shows what is stored in the run: `latebloom.measure` and the command ``latebloom claims`` add measures and
    verdicts. The cell's result is HTML, so a saved notebook, and what nbconvert makes of it, shows the page without a
    kernel. It is also a widget, to stand inside others. height: in pixels. Errors: UsageError if anywidget is not
    installed (``pip install 'latebloom[notebook]'``).
    """
    analysis = Analysis(open_run(target, root))
    return page_widget(page_of(analysis), packed_weights(analysis), height)
