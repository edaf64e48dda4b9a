"""Results of commands, kept beside the run that they were computed from, for as long as they are current.

A kept result names what it was computed from: every file that was read, with its SHA-256, this package's source, and
the versions of all installed packages. It is used only while all of them are the same. The files that the command
wrote count as well, so a result is computed again if they were removed or changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from latebloom._errors import LatebloomError
from latebloom._registry import has_foreign_parts
from latebloom._stamps import stamps
from latebloom._user_cache import user_cache
from latebloom.store.atomic import temporary_of
from latebloom.store.directory import KEPT, RunDirectory
from latebloom.store.disk import check_no_link
from latebloom.store.documents import read_json, write_json
from latebloom.store.listing import locate
from latebloom.store.lock import is_locked
from latebloom.store.reads import noted_reads, state_of

SEAL = "sha256"
"""The entry with the checksum of the others: a result that was damaged is computed again."""

MANIFEST = "manifest.json"
"""What every result of a run rests on; one that does not was made from something else."""


def kept(target: str, root: str | Path, command: Sequence[Any], compute: Callable[[], Any]) -> Any:
    """The result of a command on a run: the one kept in the run if it is current, else what ``compute()`` returns.

    target: a run, as a path or a name under ``root``. command: its name and its arguments, as plain JSON. compute:
    returns plain JSON. A result is kept only if it was computed without a warning and without parts of other packages,
    whose source is not known here, and only of a run that nothing writes at the time. Without rights to write to the
    run it is not kept.
    """
    # A command that takes files too prefers the file of that name.
    run = None if os.path.isfile(target) or has_foreign_parts() else locate(target, root)
    if run is None or is_locked(run.path):
        return compute()
    file, software = _file(run, command), _software()
    found = _sealed(file, software)
    if found is not None and _is_current(found.get("made_from"), run.path):
        return found["result"]
    with noted_reads() as reads, _counted_warnings() as warned:
        result = compute()
    made_from = {os.path.relpath(place, run.path): state for place, state in sorted(reads.items())}
    if software and not warned and MANIFEST in made_from and not has_foreign_parts():
        with suppress(LatebloomError, OSError):
            check_no_link(file.parent)
            file.parent.mkdir(exist_ok=True)
            _seal(file, {"command": command, "made_with": software, "made_from": made_from, "result": result})
    return result


def kept_for_user(name: str, compute: Callable[[], Any]) -> Any:
    """What ``compute()`` returns, which follows from the installed software alone; kept in the user's cache."""
    folder, software = user_cache(), _software()
    if folder is None or not software or has_foreign_parts():
        return compute()
    file = folder / f"{name}-{software[:16]}.json"
    found = _sealed(file, software)
    if found is not None:
        return found["result"]
    result = compute()
    if not has_foreign_parts():
        with suppress(LatebloomError, OSError):
            folder.mkdir(parents=True, exist_ok=True)
            for older in folder.glob(f"{name}-*.json"):
                older.unlink(missing_ok=True)
            _seal(file, {"made_with": software, "result": result})
    return result


@contextmanager
def _counted_warnings() -> Iterator[list[str]]:
    """The warnings that are shown within the block; they are shown as ever."""
    shown: list[str] = []
    show = warnings.showwarning

    def count(message: Any, *place: Any, **options: Any) -> None:
        shown.append(str(message))
        show(message, *place, **options)

    with warnings.catch_warnings():
        warnings.showwarning = count
        yield shown


def _file(run: RunDirectory, command: Sequence[Any]) -> Path:
    digest = hashlib.sha256(json.dumps(command, sort_keys=True).encode()).hexdigest()
    return run.path / KEPT / f"{command[0]}-{digest[:12]}.json"


def _seal(file: Path, content: dict[str, Any]) -> None:
    """Write the content with its checksum, in place of what a killed command left of it."""
    for left in temporary_of(file):
        left.unlink(missing_ok=True)
    write_json(file, {**content, SEAL: _checksum(content)})


def _sealed(file: Path, software: str) -> dict[str, Any] | None:
    """What was sealed with this software; None where there is nothing, or where it is damaged."""
    with suppress(LatebloomError):
        found = read_json(file)
        if isinstance(found, dict) and found.get("made_with") == software and "result" in found:
            seal = found.pop(SEAL, None)
            return found if seal == _checksum(found) else None
    return None


def _checksum(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _is_current(made_from: Any, path: Path) -> bool:
    return isinstance(made_from, dict) and all(
        _is_inside(name) and state_of(path / name) == was for name, was in made_from.items()
    )


def _is_inside(name: str) -> bool:
    """Whether a relative path stays in the run: a kept result of somebody else must not name any file of the user."""
    return not os.path.isabs(name) and os.path.normpath(name).split(os.sep)[0] != os.pardir


@cache
def _software() -> str:
    """SHA-256 of what computes results: Python, the packages on its path, and the files of this package.

    A file counts by its size and by when it was changed. Empty where that cannot be found out.
    """
    try:
        places = [place for place in sys.path if os.path.isdir(place)]
        installed = [(place, sorted(n for n in os.listdir(place) if n.endswith(".dist-info"))) for place in places]
        sources = stamps(Path(__file__).parents[1])
    except OSError:
        return ""
    return hashlib.sha256(repr((sys.version, installed, sources)).encode()).hexdigest()
