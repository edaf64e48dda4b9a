"""Which files were read, and what they held: whether a result that is kept is still current follows from it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latebloom._errors import StoreError
from latebloom.store.regular import read_file

Reads = dict[str, str | None]
"""SHA-256 of each file, and of the names in each folder, by absolute path; None for what was not there."""

UNREADABLE = "unreadable"

_open: list[Reads] = []


@contextmanager
def noted_reads() -> Iterator[Reads]:
    """Note each file of a run that is read within the block, as it was when it was first read, and each file that is
    written, as it was afterwards."""
    reads: Reads = {}
    _open.append(reads)
    try:
        yield reads
    finally:
        _open[:] = [other for other in _open if other is not reads]


def note_read(path: Path, content: bytes | None) -> None:
    """Note what a file held when it was read; None where there was none."""
    if _open:
        place, digest = os.path.abspath(path), _digest(content)
        for reads in _open:
            reads.setdefault(place, digest)


def note_listed(folder: Path) -> None:
    """Note the names in a folder that was listed."""
    if _open:
        place, digest = os.path.abspath(folder), state_of(folder)
        for reads in _open:
            reads.setdefault(place, digest)


def state_of_new(temporary: Path) -> str | None:
    """The state of a file that is about to get its name, before another writer can replace it; None where nothing is
    noted."""
    return state_of(temporary) if _open else None


def note_written(path: Path, state: str | None) -> None:
    """Note a file that was replaced by one of this state. What it held before no longer matters."""
    if _open:
        place = os.path.abspath(path)
        for reads in _open:
            reads[place] = state


def state_of(path: str | Path) -> str | None:
    """SHA-256 of a regular file or of the names in a folder, without temporary files.

    None where there is neither, UNREADABLE for what cannot be read: a pipe, a file without rights.
    """
    try:
        if os.path.isdir(path):
            return _digest("\n".join(sorted(n for n in os.listdir(path) if not n.startswith("."))).encode())
        return _digest(read_file(Path(path)))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, StoreError, ValueError):
        return UNREADABLE


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()
