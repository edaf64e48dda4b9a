"""Errors of the operating system, as one line that names the file and the fix."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latebloom._errors import LatebloomError, StoreError, UsageError


class DiskFullError(StoreError):
    """There is no space left to write to. What was there before is kept."""


FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def explain(error: OSError, path: Path, verb: str) -> str:
    """One line for an operating system error met while trying to `verb` ("read", "write", "make") `path`."""
    if error.errno in FULL:
        return f"disk full while writing {path}: the previous state is kept; free space and continue with --resume"
    if error.errno in FORBIDDEN:
        return f"no rights to {verb} {path}: change its permissions or choose another place"
    return f"cannot {verb} {path}: {error.strerror or error}"


@contextmanager
def one_line(path: Path, verb: str, kind: type[LatebloomError] = StoreError) -> Iterator[None]:
    """Turns an OSError inside the block into `kind`, and a full disk into a DiskFullError whatever `kind` is.

    Pass `kind=UsageError` where a wrong place is the likely cause, for example when a run directory is made.
    """
    try:
        yield
    except OSError as error:
        raise (DiskFullError if error.errno in FULL else kind)(explain(error, path, verb)) from error


def check_output(path: Path) -> None:
    """UsageError unless a file can be made there: its directory must exist, and it must not be a directory itself.

    Call it before the work whose result is to be written.
    """
    if not path.name or os.path.isdir(path):
        raise UsageError(f"--out: got {str(path)!r}, which is a directory; expected a file")
    if not os.path.isdir(path.parent):
        raise UsageError(f"--out: got {str(path)!r}, but there is no directory {path.parent}; make it first")


def read_if_there(path: Path) -> bytes | None:
    """The bytes of the file, or None where there is none; StoreError where it cannot be read."""
    with one_line(path, "read"):
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
