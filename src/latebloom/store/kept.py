"""Results of commands, kept beside the run that they were computed from, for as long as they are current.

A kept result names what it was computed from: every file that was read, with its SHA-256, this package's source, and
the versions of all installed packages. It is used only while all of them are the same. The files that the command
wrote count as well, so a result is computed again if they were removed or changed.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import sys
import sysconfig
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from latebloom._errors import LatebloomError
from latebloom._registry import GROUP, VARIABLE
from latebloom._user_cache import user_cache
from latebloom.store.directory import RunDirectory
from latebloom.store.disk import check_no_link
from latebloom.store.documents import read_json, write_json
from latebloom.store.listing import locate
from latebloom.store.lock import is_locked
from latebloom.store.reads import noted_reads, state_of

FOLDER = "kept"
"""The folder of kept results in a run."""


def kept(target: str, root: str | Path, command: Sequence[Any], compute: Callable[[], Any]) -> Any:
    """The result of a command on a run: the one kept in the run if it is current, else what ``compute()`` returns.

    target: a run, as a path or a name under ``root``. command: its name and its arguments, as plain JSON. compute:
    returns plain JSON. A result is kept only if it was computed without a warning and without modules of other
    packages, whose source is not known here, and only of a run that nothing writes at the time. Without rights to
    write to the run it is not kept.
    """
    run = locate(target, root)
    if run is None or os.environ.get(VARIABLE) or is_locked(run.path):
        return compute()
    file = _file(run, command)
    with suppress(LatebloomError):
        found = read_json(file)
        if _is_current(found, run.path):
            return found["result"]
    with noted_reads() as reads, warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        result = compute()
    for note in noted:
        warnings.warn_explicit(note.message, note.category, note.filename, note.lineno)
    if not noted and not importlib.metadata.entry_points(group=GROUP):
        made_from = {os.path.relpath(place, run.path): state for place, state in sorted(reads.items())}
        with suppress(LatebloomError, OSError):
            check_no_link(file.parent)
            file.parent.mkdir(exist_ok=True)
            write_json(file, {"command": command, "made_with": _software(), "made_from": made_from, "result": result})
    return result


def kept_for_user(name: str, compute: Callable[[], Any]) -> Any:
    """What ``compute()`` returns, which follows from the installed software alone; kept in the user's cache."""
    if os.environ.get(VARIABLE):
        return compute()
    file = user_cache() / f"{name}-{_software()[:16]}.json"
    with suppress(LatebloomError):
        found = read_json(file)
        if isinstance(found, dict) and "result" in found:
            return found["result"]
    result = compute()
    if not importlib.metadata.entry_points(group=GROUP):
        with suppress(LatebloomError, OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            for older in file.parent.glob(f"{name}-*.json"):
                older.unlink(missing_ok=True)
            write_json(file, {"result": result})
    return result


def _file(run: RunDirectory, command: Sequence[Any]) -> Path:
    digest = hashlib.sha256(json.dumps(command, sort_keys=True).encode()).hexdigest()
    return run.path / FOLDER / f"{command[0]}-{digest[:12]}.json"


def _is_current(found: Any, path: Path) -> bool:
    if not isinstance(found, dict) or found.get("made_with") != _software() or "result" not in found:
        return False
    made_from = found.get("made_from")
    return isinstance(made_from, dict) and all(
        _is_inside(name) and state_of(path / name) == was for name, was in made_from.items()
    )


def _is_inside(name: str) -> bool:
    """Whether a relative path stays in the run: a kept result of somebody else must not name any file of the user."""
    return not os.path.isabs(name) and os.path.normpath(name).split(os.sep)[0] != os.pardir


@cache
def _software() -> str:
    """SHA-256 of what computes results: Python, the installed packages, and the files of this package.

    A file counts by its size and by when it was changed.
    """
    package = Path(__file__).parents[1]
    files = sorted(file for kind in ("*.py", "*.toml") for file in package.rglob(kind))
    states = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    installed = sorted(name for name in os.listdir(sysconfig.get_path("purelib")) if name.endswith(".dist-info"))
    return hashlib.sha256(repr((sys.version, installed, states)).encode()).hexdigest()
