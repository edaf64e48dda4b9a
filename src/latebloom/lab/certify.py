"""Certify the accuracy of a run's model or of a file of weights."""

from pathlib import Path

from latebloom.analysis import snapshot_of
from latebloom.circuits.certificates import Certificate
from latebloom.circuits.certificates import certify as certify_snapshot
from latebloom.circuits.certificates import frontier as frontier_of
from latebloom.models.layouts import Hints
from latebloom.runs import Run


def certify(
    target: str | Path | Run,
    step: int | None = None,
    root: str | Path = "runs",
    hints: Hints | None = None,
    extra: int | None = None,
) -> Certificate:
    """A lower bound on accuracy over all pairs that follows from a model's explanation; arguments as for `explain`.

    extra: directions of the read-out beyond those of the explanation. Errors: UsageError, DamagedFileError, each in one
    line; also for a model that is not one layer.
    """
    snapshot = snapshot_of(target, step, None, root, hints)
    return certify_snapshot(snapshot) if extra is None else certify_snapshot(snapshot, extra)


def frontier(
    target: str | Path | Run, step: int | None = None, root: str | Path = "runs", hints: Hints | None = None
) -> list[Certificate]:
    """Certificates from cheap to dear: what is proved with more and more directions of the read-out."""
    return frontier_of(snapshot_of(target, step, None, root, hints))
