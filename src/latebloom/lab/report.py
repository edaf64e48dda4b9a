"""The pages of a run: the explorer's, and one without scripts."""

from collections.abc import Callable
from pathlib import Path

from latebloom.analysis import Analysis
from latebloom.claims import complete_claims, stored_record, write_record
from latebloom.explorer import render_report
from latebloom.explorer.page import render_page
from latebloom.figures import FIGURES, drawn
from latebloom.lab.explorer import packed_weights, page_of
from latebloom.lab.explorer.claims import verdict_rows
from latebloom.lab.explorer.evidence import Evidence
from latebloom.lab.measure import is_measured, measure
from latebloom.lab.summary import summarise
from latebloom.runs import Run, open_run
from latebloom.store import atomic_write, check_output

Progress = Callable[[str, int, int], None]
"""Called with what is done, the number of parts that are done, and the total number."""


def report(
    target: Run | str | Path,
    out: str | Path | None = None,
    root: str | Path = "runs",
    *,
    static: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Write the page of a run (an object, a path or a name under ``root``) as one HTML file and return its path.

    The page is the explorer, which works from disk and computes its views from the checkpoints in the file. static: a
    page without scripts instead, with drawings of the last checkpoint. out: by default ``report.html`` in the run, or
    ``report-static.html``.

    Quantities of claims that are not stored are measured first, except for a run in training. Without ``out`` they are
    stored in the run, and so are the data of a static page, as ``summary.json``; with it nothing is written to the run.
    `latebloom.measure` adds the measures. Errors: StoreError if the page cannot be written. Only the static page needs
    a checkpoint, matplotlib and jinja2 (UsageError).
    """
    run = open_run(target, root)
    path = run.path / ("report-static.html" if static else "report.html") if out is None else Path(out)
    check_output(path)
    evidence = prepared(run, store=out is None, progress=progress)
    text = _static_page(evidence, store=out is None) if static else _page(evidence)
    atomic_write(path, text.encode())
    return path


def _page(evidence: Evidence) -> str:
    return render_page(page_of(evidence), packed_weights(evidence.analysis))


def _static_page(evidence: Evidence, store: bool) -> str:
    analysis = evidence.analysis
    summary = {**summarise(analysis), "verdicts": verdict_rows(evidence)}
    figures = [FIGURES[entry["name"]] for entry in summary["figures"] if "says" in entry]
    pictures = {figure.name: drawn(figure, figure.data_of(analysis)).decode() for figure in figures}
    page = render_report(summary, pictures)
    if store:
        analysis.run.directory.write_document("summary", summary)
    return page


def prepared(run: Run, store: bool, progress: Progress | None = None) -> Evidence:
    """The evidence for the page of a run, after what is not stored was measured, as far as that is possible.

    A run in training is shown with what it has. store: keep the quantities of claims in the run.
    """
    if not run.checkpoints or run.status == "running":
        return Evidence(Analysis(run))
    analysis = Analysis(run)
    stored = stored_record(run)
    record = complete_claims(analysis, _named("measuring the quantities of the claims", progress))
    if store and record is not stored and record.quantities:
        write_record(run, record)
    return Evidence(analysis, record)


def measure_for_page(target: Run | str | Path, root: str | Path = "runs", progress: Progress | None = None) -> None:
    """Measure the checkpoints of a run where a page lacks measures and can have them: not of a run in training.

    Errors: as `latebloom.lab.measure.measure`, for example for weights that diverged.
    """
    run = open_run(target, root)
    if run.checkpoints and run.status != "running" and not is_measured(run):
        measure(run, progress=_named("measuring the checkpoints", progress))


def _named(what: str, progress: Progress | None) -> Callable[[int, int], None]:
    """A callback for (done, total) that says what is counted."""
    return lambda done, total: progress(what, done, total) if progress is not None else None
