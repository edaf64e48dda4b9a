"""The boundaries and phases of a run, or of a table of curves."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from latebloom._errors import RunNotFoundError, UsageError
from latebloom.lab.curves import SUFFIXES, read_curves
from latebloom.phases import Phases, detect_phases
from latebloom.runs import Run, open_run


def phases_of(target: Run | str | Path, *, guessing: float | None = None, root: str | Path = "runs") -> Phases:
    """The boundaries, phases and outcome of a run (an object, a path or a name under ``root``) or of a table of curves.

    A table is a .csv or .parquet file with the columns step, train_loss, test_loss (nats) and, if recorded,
    train_accuracy and test_accuracy (0 to 1), from anybody's training. guessing: the loss of guessing in nats for a
    table; None: its first test loss. That of a run follows from its task. Warns of cells with NaN or infinity, which
    are left out. Errors: UsageError in one line.
    """
    if isinstance(target, Run) or not _is_table(Path(target)):
        if guessing is not None:
            raise UsageError("guessing: got a number for a run, expected none, because it follows from the run's task")
        return _opened(target, root).phases
    if guessing is not None and not 0 < guessing < float("inf"):
        raise UsageError(f"guessing: got {guessing:g}, expected a loss above 0 nats")
    curves = read_curves(Path(target))
    if curves.left_out:
        count = curves.left_out
        cells = "a cell with NaN or infinity is" if count == 1 else f"{count} cells with NaN or infinity are"
        warnings.warn(f"{target}: {cells} not used", stacklevel=2)
    first = float(curves.series["test_loss"].value[0])
    if guessing is None and first == 0:
        raise UsageError(f"{target}: the first test loss is 0, expected that of guessing; give it (--guessing NATS)")
    return detect_phases(curves.series, guessing_loss=guessing)


def _is_table(path: Path) -> bool:
    """Whether a path is that of a table of curves, by its name or because it is a file."""
    # Unlike the methods of Path, these are False for a name that is too long.
    return not os.path.isdir(path) and (path.suffix.lower() in SUFFIXES or os.path.exists(path))


def _opened(target: Run | str | Path, root: str | Path) -> Run:
    try:
        return open_run(target, root)
    except RunNotFoundError:
        raise RunNotFoundError(
            f"phases: got {str(target)!r}, expected a run directory, a name under {root}/, or a table of curves (.csv "
            "or .parquet); see `latebloom runs`"
        ) from None
