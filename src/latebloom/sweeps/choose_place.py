"""From ``--runs`` and ``--name`` to the place of a sweep."""

from pathlib import Path

from latebloom._errors import UsageError
from latebloom.runs.naming import check_name
from latebloom.sweeps.place import Folder, Place
from latebloom.sweeps.remote import Remote


def place_of(runs: str, name: str) -> Place:
    """The sweep of that name under a directory of runs, or under a URI. Errors: UsageError for a name that leads
    elsewhere."""
    if "/" in name:
        raise UsageError(f"--name: got {name!r}, expected a plain name for the sweep; use --runs to put it elsewhere")
    check_name(name)
    # Absolute, since a worker may have another working directory.
    return Remote(f"{runs.rstrip('/')}/{name}") if "://" in runs else Folder(Path(runs).absolute() / name)
