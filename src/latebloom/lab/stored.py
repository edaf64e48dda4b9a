"""Where the quantities of runs are stored that a long work trains: a reproduction, a contest, a study."""

from __future__ import annotations

from pathlib import Path

from latebloom.claims import Results

UNDER = "quantities"
"""The directory of records beside the runs themselves, where no checkout has a place for them."""


def stored_results(home: Path, committed: Path, asked: Path | None = None) -> Results:
    """The stored records: in the directory asked for, else in ``committed``, which a checkout of this package's
    repository holds, where there is one, else beside the runs in ``home``."""
    return Results(asked or (committed if committed.is_dir() else home / UNDER))
