"""The report of a run: one HTML file that a newcomer can open and understand."""

from pathlib import Path

from latebloom.analysis import Analysis
from latebloom.claims import CLAIMS, judge, measure_claims, stored_claims
from latebloom.explorer import render_report
from latebloom.figures import FIGURES, drawn
from latebloom.lab.summary import summarise
from latebloom.runs import Run, open_run
from latebloom.store import atomic_write, check_output


def report(target: Run | str | Path, out: str | Path | None = None, root: str | Path = "runs") -> Path:
    """Write the report of a run (an object, a path or a name under ``root``) and return its path.

    out: ``report.html`` in the run by default.

    The page judges the claims about such a run, if there are any. Without ``out`` the data are also written to the
    run, as ``summary.json``; with it nothing is written to the run.
    Figures that are undefined for the run are listed with the reason. Errors: UsageError for a run without
    checkpoints, or if matplotlib or jinja2 is missing; StoreError if it cannot be written.
    """
    run = open_run(target, root)
    path = run.path / "report.html" if out is None else Path(out)
    check_output(path)
    analysis = Analysis(run)
    summary = {**summarise(analysis), "verdicts": verdicts(analysis)}
    figures = [FIGURES[entry["name"]] for entry in summary["figures"] if "says" in entry]
    pictures = {figure.name: drawn(figure, figure.data_of(analysis)).decode() for figure in figures}
    page = render_report(summary, pictures)
    if out is None:
        run.directory.write_document("summary", summary)
    atomic_write(path, page.encode())
    return path


def verdicts(analysis: Analysis) -> list[dict[str, str]]:
    """Each claim about such a run with its verdict, as rows of text; empty where there is none.

    The quantities that `latebloom claims` stored with the run are used where they are those of its last step.
    """
    found = judge(analysis.run, stored_claims(analysis.run) or measure_claims(analysis))
    return [
        {
            "sentence": CLAIMS[id].sentence,
            "place": CLAIMS[id].place,
            "published": CLAIMS[id].published,
            "rule": CLAIMS[id].rule,
            "state": verdict.state,
            "finding": verdict.finding,
        }
        for id, verdict in found.items()
    ]
