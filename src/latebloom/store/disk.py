"""Convert errors of the operating system into one line with the file and the fix."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latebloom._errors import LatebloomError, StoreError, UsageError
from latebloom.store.reads import note_read


class DiskFullError(StoreError):
    """The disk is full. Existing files are unchanged."""


FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
"""Flags of `os.open` that Windows does not have, and does not need: it has no named pipes in directories."""
FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def explain(error: OSError, path: Path, verb: str) -> str:
    """One line for an operating system error in the attempt to `verb` ("read", "write", "make") `path`."""
    if error.errno in FULL:
        return f"disk full while writing {path}: the previous state is kept; free space and continue with --resume"
    if error.errno in FORBIDDEN:
        return f"no rights to {verb} {path}: change its permissions or choose another place"
    return f"cannot {verb} {path}: {error.strerror or error}"


@contextmanager
def one_line(path: Path, verb: str, kind: type[LatebloomError] = StoreError) -> Iterator[None]:
    """Convert an OSError inside the block into `kind`; a full disk always becomes a DiskFullError.

    Pass `kind=UsageError` where a wrong path is the likely cause, for example when creating a run directory.
    """
    try:
        yield
    except OSError as error:
        raise (DiskFullError if error.errno in FULL else kind)(explain(error, path, verb)) from error


def check_no_link(folder: Path) -> None:
    """UsageError if a directory of a run is a link, through which a writer would change files outside the run."""
    if folder.is_symlink():
        raise UsageError(f"{folder} is a link, expected a directory; link the whole run, or copy the files into it")


def check_output(path: Path) -> None:
    """UsageError unless `path` can become a file: its directory must exist, and `path` must not be a directory.

    Call it before computing the content of the file.
    """
    if not path.name or os.path.isdir(path):
        raise UsageError(f"--out: got {str(path)!r}, which is a directory; expected a file")
    if not os.path.isdir(path.parent):
        raise UsageError(f"--out: got {str(path)!r}, but there is no directory {path.parent}; make it first")


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


def read_file(path: Path) -> bytes:
    """The bytes of a regular file. Errors: StoreError for anything else; OSError."""
    with open(open_regular(path, os.O_RDONLY), "rb") as file:
        return file.read()


def read_if_there(path: Path) -> bytes | None:
    """The bytes of the file, or None if there is none; StoreError if it cannot be read or is not a regular file."""
    with one_line(path, "read"):
        try:
            content = read_file(path)
        except (FileNotFoundError, NotADirectoryError):
            note_read(path, None)
            return None
    note_read(path, content)
    return content
