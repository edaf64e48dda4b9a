"""Atomic writes: a reader sees either the old content of a file or the new content."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from glob import escape
from pathlib import Path

from latebloom.store import operations
from latebloom.store.disk import one_line
from latebloom.store.reads import note_written, state_of_new
from latebloom.store.regular import refuse_device

TEMPORARY = ".*.tmp"
"""Glob of temporary files; a killed writer may leave one, and readers never open them."""


def temporary_of(path: Path) -> list[Path]:
    """The temporary files of writers of this file, killed ones and any that is at work."""
    return list(path.parent.glob(f".{escape(path.name)}.*.tmp"))


def atomic_write(path: Path, write: Callable[[Path], None] | bytes) -> None:
    """Replace `path` atomically by the given bytes, or by the file that `write(temporary_path)` writes.

    The content is flushed to disk before the file is renamed, so the replacement is atomic even in a power cut.
    A full disk, missing rights, a device at `path` and other OSErrors raise StoreError. Any exception removes the
    temporary file.
    """
    refuse_device(path)
    temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}.tmp")
    try:
        with one_line(path, "write"):
            operations.write(temporary, write) if isinstance(write, bytes) else write(temporary)
            operations.sync(temporary, os.O_RDWR)  # Windows flushes only what may be written
            written = state_of_new(temporary)
            operations.rename(temporary, path)
    except BaseException:
        with suppress(OSError):
            operations.remove(temporary)
        raise
    # Some file systems refuse to flush a directory; at this point the file is already safe.
    with suppress(OSError):
        operations.sync(path.parent, os.O_RDONLY)
    note_written(path, written)
