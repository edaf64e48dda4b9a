"""The operations that change a run on disk. The store does all of them here, so that tests can make each one fail."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Write a new file."""
    path.write_bytes(content)


def overwrite(descriptor: int, content: bytes) -> None:
    """Replace the content of an open file."""
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, content)


def sync(path: Path, flags: int) -> None:
    """Wait until the file or directory is on disk."""
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename(path: Path, target: Path) -> None:
    """Give a file another name, in place of what has it."""
    os.replace(path, target)


def remove(path: Path) -> None:
    """Remove a file, if it is there."""
    path.unlink(missing_ok=True)


def make_folder(path: Path) -> None:
    """Make a directory, and those that it is in, unless it is there."""
    path.mkdir(parents=True, exist_ok=True)
