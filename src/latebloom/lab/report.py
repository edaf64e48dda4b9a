"""The report of a run: one HTML file that a newcomer can open and understand."""

from pathlib import Path

from latebloom.analysis import Analysis
from latebloom.explorer import render_report
from latebloom.figures import FIGURES, drawn
from latebloom.lab.summary import summarise
from latebloom.runs import Run
from latebloom.store import atomic_write, check_output


def report(run: Run, out: str | Path | None = None) -> Path:
    """Write the report, ``report.html`` in the run by default, and return its path.

    Without ``out`` the data are kept too, as the run's document ``summary.json``; with it the run is only read.
    Figures that are undefined for the run are listed with their reason. Errors: UsageError for a run without
    checkpoints, or without matplotlib and jinja2; StoreError where it cannot be written.
    """
    path = run.path / "report.html" if out is None else Path(out)
    check_output(path)
    analysis = Analysis(run)
    summary = summarise(analysis)
    figures = [FIGURES[entry["name"]] for entry in summary["figures"] if "says" in entry]
    pictures = {figure.name: drawn(figure, analysis.get(figure.data)).decode() for figure in figures}
    page = render_report(summary, pictures)
    if out is None:
        run.directory.write_document("summary", summary)
    atomic_write(path, page.encode())
    return path
