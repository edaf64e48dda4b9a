"""One writer at a time: an advisory lock on `<run>/.lock`, which the operating system frees when its holder dies."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from latebloom._errors import RunLockedError, UsageError
from latebloom.store import operations
from latebloom.store.disk import one_line
from latebloom.store.file_lock import FILE_LOCK
from latebloom.store.regular import NO_FOLLOW, open_regular

LOCK = ".lock"
PATIENCE = 0.2
"""Seconds that a writer waits for the lock, because `is_locked` holds a shared lock for some microseconds."""


class RunLock:
    """Holds the lock of a run, whose directory must exist, inside a `with` block.

    Errors: RunLockedError with the process that holds it; UsageError if the directory is missing or not writable.
    The lock file is never removed: otherwise two writers could lock two files of the same name.
    A forked child shares the lock, so start helper processes by spawning.
    """

    def __init__(self, path: Path) -> None:
        """`path` is the run directory."""
        self._run = path
        self._descriptor = -1

    def __enter__(self) -> RunLock:
        file = self._run / LOCK
        with one_line(file, "write", UsageError):
            # A link could lead to any file of the user's, which would then be truncated.
            self._descriptor = open_regular(file, os.O_RDWR | os.O_CREAT | NO_FOLLOW)
        try:
            self._acquire(file)
        except BaseException:
            os.close(self._descriptor)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        FILE_LOCK.free(self._descriptor)
        os.close(self._descriptor)

    def check(self) -> None:
        """RunLockedError if the run was moved, deleted or replaced: its path no longer leads to the locked file.

        The lock belongs to a file, but writers write by path: call this before each commit.
        """
        held = os.fstat(self._descriptor)
        try:
            found = os.lstat(self._run / LOCK)
        except OSError:
            found = None
        if found is None or (found.st_dev, found.st_ino) != (held.st_dev, held.st_ino):
            raise RunLockedError(
                f"{self._run} was moved, deleted or replaced while it was being written, so nothing more was written; "
                "move it back and continue with --resume"
            )

    def _acquire(self, file: Path) -> None:
        """Take the lock and write the process id into it. Errors: RunLockedError with the process that holds it."""
        with one_line(file, "lock"):
            if not _patiently_locked(self._descriptor):
                os.lseek(self._descriptor, 0, os.SEEK_SET)
                holder = os.read(self._descriptor, 32).decode(errors="replace").strip() or "unknown"
                raise RunLockedError(
                    f"{self._run} is being written by process {holder}: wait for it or stop it (reading is free)"
                )
            operations.overwrite(self._descriptor, f"{os.getpid()}\n".encode())


def is_locked(run: Path) -> bool:
    """Whether any process, including this one, is writing the run; False if there is no run."""
    file = run / LOCK
    with one_line(file, "read"):
        try:
            descriptor = open_regular(file, os.O_RDONLY)
        except (FileNotFoundError, NotADirectoryError):
            return False
        try:
            return not FILE_LOCK.take(descriptor, True)
        finally:
            os.close(descriptor)


def _patiently_locked(descriptor: int) -> bool:
    """Try for `PATIENCE` seconds to take the exclusive lock."""
    deadline = time.monotonic() + PATIENCE
    while not FILE_LOCK.take(descriptor, False):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Wait for the exclusive lock of a directory, which must exist, and hold it inside the block.

    The lock is on the directory itself and leaves no file, except on Windows, where it is on a file in it. Errors:
    UsageError if the directory cannot be opened.
    """
    with one_line(folder, "lock", UsageError):
        if FILE_LOCK.directories:
            descriptor = os.open(folder, os.O_RDONLY)
        else:
            descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT)
    try:
        while not FILE_LOCK.take(descriptor, False):
            time.sleep(0.01)
        yield
    finally:
        os.close(descriptor)
