"""Writing a file so that whoever looks, whenever, finds the old content or the new one and nothing in between."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from latebloom.store.disk import one_line

TEMPORARY = ".*.tmp"
"""Glob of the temporary files; a killed writer may leave one, and no reader ever opens them."""


def atomic_write(path: Path, write: Callable[[Path], None] | bytes) -> None:
    """Replaces `path` by the given bytes, or by what `write(temporary_path)` wrote, in one step.

    The content reaches the disk before the name does, so a power cut keeps the promise too.
    A full disk, missing rights and other OSErrors raise StoreError; whatever is raised, the temporary file is removed.
    """
    temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}.tmp")
    try:
        with one_line(path, "write"):
            temporary.write_bytes(write) if isinstance(write, bytes) else write(temporary)
            _flush(temporary)
            os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    # Some file systems refuse to flush a directory; the file itself is safe by now.
    with suppress(OSError):
        _flush(path.parent)


def _flush(path: Path) -> None:
    """Waits until the file or directory is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
