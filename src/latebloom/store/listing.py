"""List the runs under a directory, and determine their current status."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Literal

from latebloom._errors import LatebloomError, UsageError
from latebloom._nearest import did_you_mean
from latebloom._text import is_unicode
from latebloom.store.directory import RunDirectory
from latebloom.store.lock import is_locked
from latebloom.store.manifest import Status


def find_runs(root: Path) -> list[RunDirectory]:
    """The runs directly under `root` and one level deeper, inside sweeps, including damaged runs. Sorted by path.

    Returns no runs if `root` does not exist. A directory whose name is not UTF-8, which no table could hold, is left
    out with a warning. Errors: UsageError if `root` is a file.
    """
    if not os.path.exists(root):  # unlike Path.exists, False for a name that is too long
        return []
    if not root.is_dir():
        raise UsageError(f"{root} is no directory; expected a directory of runs: choose another with --runs")
    places = {file.parent for pattern in ("*", "*/*") for file in root.glob(f"{pattern}/manifest.json")}
    named = [place for place in sorted(places) if is_unicode(str(place.relative_to(root)))]
    for place in sorted(places - set(named)):
        warnings.warn(
            f"{os.fsencode(place)!r}: the name is not UTF-8, so this run is left out; rename it", stacklevel=2
        )
    return [RunDirectory(place) for place in named]


def locate(run: str | Path, root: str | Path) -> RunDirectory | None:
    """The run at a path, or of a name under ``root``; None where there is none, and for a name that is not UTF-8."""
    places = (RunDirectory(Path(run)), RunDirectory(Path(root) / run))
    named = str(run) and is_unicode(Path(run).name)
    return next((place for place in places if named and place.exists()), None)


def not_found(run: str | Path, root: str | Path, expected: str = "a run directory") -> str:
    """Why `locate` finds nothing: the run with the nearest name is named, and where none is like it, what ends like a
    file is called a missing one.

    expected: what else the run could have been.
    """
    names = [str(found.path.relative_to(root)) for found in find_runs(Path(root))] if os.path.isdir(root) else []
    meant = did_you_mean(str(run), [name for name in names if name != str(run)])
    if not meant and not os.path.exists(run) and Path(run).suffix[1:].isalpha():
        return f"there is no file {run}"
    return f"run: got {str(run)!r}, expected {expected} or a name under {root}/; see `latebloom runs`{meant}"


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
