"""Files are opened only where they are regular ones: a named pipe would block for ever, and a device has no end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from latebloom._errors import StoreError

NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
"""Flags of `os.open` that Windows does not have, and does not need: it has no named pipes in directories."""


def open_regular(path: Path, flags: int) -> int:
    """A descriptor of a regular file, as `os.open` without waiting; `flags` may hold O_CREAT and `NO_FOLLOW`.

    Errors: StoreError for anything else, since a named pipe would block, and a device would not end; OSError.
    """
    descriptor = os.open(path, flags | _NO_WAIT, 0o666)
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISREG(kind):
        return descriptor
    os.close(descriptor)
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    raise StoreError(f"{path} is no regular file: expected the one that latebloom wrote; remove it or restore it")


def refuse_device(path: Path) -> None:
    """Errors: StoreError where the path is a device, such as /dev/null, which a renamed file would replace."""
    try:
        kind = os.lstat(path).st_mode
    except OSError:
        return
    if stat.S_ISCHR(kind) or stat.S_ISBLK(kind):
        raise StoreError(f"{path} is a device, expected the name of a file to write")


def read_file(path: Path) -> bytes:
    """The bytes of a regular file. Errors: StoreError for anything else; OSError."""
    with open(open_regular(path, os.O_RDONLY), "rb") as file:
        return file.read()
