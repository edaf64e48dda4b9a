"""Which runs there are, and how each of them is doing right now."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from latebloom._errors import LatebloomError, UsageError
from latebloom.store.directory import RunDirectory
from latebloom.store.lock import is_locked
from latebloom.store.manifest import Status


def find_runs(root: Path) -> list[RunDirectory]:
    """The runs directly under `root` and those one level down, inside sweeps; damaged ones too. Sorted by path.

    No directory at `root` is no runs; a file there is a UsageError.
    """
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is no directory; expected a directory of runs: choose another with --runs")
    places = {file.parent for pattern in ("*", "*/*") for file in root.glob(f"{pattern}/manifest.json")}
    return [RunDirectory(place) for place in sorted(places)]


def effective_status(run: RunDirectory) -> Status | Literal["damaged"]:
    """The manifest's status, except: "interrupted" for a run that says "running" while no process writes it,
    and "damaged" where the manifest cannot be read."""
    try:
        # The lock first: a run that ends between the two looks is then seen as finished, not as interrupted.
        locked = is_locked(run.path)
        status = run.read_manifest().status
    except LatebloomError:
        return "damaged"
    return "interrupted" if status == "running" and not locked else status
