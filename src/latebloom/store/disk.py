"""Convert errors of the operating system into one line with the file and the fix."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latebloom._errors import LatebloomError, StoreError, UsageError
from latebloom.store.reads import note_read
from latebloom.store.regular import read_file


class DiskFullError(StoreError):
    """The disk is full. Existing files are unchanged."""


FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
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


def made_folder(path: Path) -> Path:
    """A directory, made with those that it is in unless it is there. Errors: UsageError."""
    with one_line(path, "make", UsageError):
        path.mkdir(parents=True, exist_ok=True)
    return path


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
