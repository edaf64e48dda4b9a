"""Draw a figure of a run by name."""

from pathlib import Path

from latebloom._errors import UsageError
from latebloom.figures import FIGURES, render
from latebloom.runs import Run, open_run
from latebloom.store import one_line


def figure(name: str, target: str | Path | Run, out: Path | None = None, root: str | Path = "runs") -> Path:
    """Write a figure as .svg, .png or .pdf (``RUN/figures/NAME.svg`` by default) and return the file.

    Errors: UsageError for an unknown name or format, or where the run does not have what the figure shows.
    """
    if name not in FIGURES:
        raise UsageError(f"figure: got {name!r}, expected one of {', '.join(FIGURES)}")
    run = target if isinstance(target, Run) else open_run(target, root)
    path = run.path / "figures" / f"{name}.svg" if out is None else out
    if out is None:
        with one_line(path.parent, "make"):
            path.parent.mkdir(exist_ok=True)
    render(name, run, path)
    return path
