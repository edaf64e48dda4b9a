"""A sweep on disk: its runs and its table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from latebloom._errors import UsageError
from latebloom.runs import Run
from latebloom.store import RunDirectory
from latebloom.sweeps.export import needs_pandas
from latebloom.sweeps.failures import read_failures
from latebloom.sweeps.table import TableProgress, sweep_runs, sweep_table

if TYPE_CHECKING:
    import pandas
    import pyarrow


@dataclass(frozen=True)
class Sweep:
    """Many runs in one directory. Every access reads from disk, so the object follows a growing sweep."""

    path: Path

    @property
    def runs(self) -> list[Run]:
        """Every run that has begun, sorted by name."""
        return sweep_runs(self.path)

    def table(self, progress: TableProgress | None = None) -> pyarrow.Table:
        """One row per run; see `latebloom.sweeps.table.sweep_table`."""
        return sweep_table(self.path, progress)

    @property
    def frame(self) -> pandas.DataFrame:
        """`table` as a pandas data frame (``pip install 'latebloom[tables]'``)."""
        needs_pandas()
        return self.table().to_pandas()


def load_sweep(sweep: Sweep | str | Path, root: str | Path = "runs") -> Sweep:
    """The sweep at a path, or the sweep of this name under ``root``; returns a `Sweep` unchanged.

    Errors: UsageError if there is none.
    """
    if isinstance(sweep, Sweep):
        return sweep
    for place in (Path(sweep), Path(root) / sweep):
        if str(sweep) and not RunDirectory(place).exists() and (sweep_runs(place) or read_failures(place)):
            return Sweep(place)
    raise UsageError(f"sweep: got {str(sweep)!r}, expected the directory of a sweep or a name under {root}/")
