"""List the runs under a directory, and determine their current status."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from latebloom._errors import LatebloomError, UsageError
from latebloom.store.directory import RunDirectory
from latebloom.store.lock import is_locked
from latebloom.store.manifest import Status


def find_runs(root: Path) -> list[RunDirectory]:
    """The runs directly under `root` and one level deeper, inside sweeps, including damaged runs. Sorted by path.

    Returns no runs if `root` does not exist. Errors: UsageError if `root` is a file.
    """
    if not os.path.exists(root):  # unlike Path.exists, False for a name that is too long
        return []
    if not root.is_dir():
        raise UsageError(f"{root} is no directory; expected a directory of runs: choose another with --runs")
    places = {file.parent for pattern in ("*", "*/*") for file in root.glob(f"{pattern}/manifest.json")}
    return [RunDirectory(place) for place in sorted(places)]


def effective_status(run: RunDirectory) -> Status | Literal["damaged"]:
    """The status in the manifest, with two exceptions: "interrupted" for "running" if no process holds the lock, and
    "damaged" if the manifest cannot be read."""
    try:
        # Check the lock first, so that a run that ends between the two reads is finished, not interrupted.
        locked = is_locked(run.path)
        status = run.read_manifest().status
    except LatebloomError:
        return "damaged"
    return "interrupted" if status == "running" and not locked else status
