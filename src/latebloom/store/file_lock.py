"""The operating system's lock of an open file: flock on Linux and macOS, a locked byte on Windows.

The system frees it when its holder dies.
"""

from __future__ import annotations

import errno
import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FileLock:
    """take: (descriptor, shared) → whether the lock was free, without waiting. free: gives it back.

    directories: whether directories can be locked too.
    """

    take: Callable[[int, bool], bool]
    free: Callable[[int], None]
    directories: bool


LOCKED_BYTE = 2**30
"""Windows locks bytes, which others then cannot read: one far behind the process id that the file holds."""


def _unix(fcntl: Any) -> FileLock:
    def take(descriptor: int, shared: bool) -> bool:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    return FileLock(take, lambda descriptor: fcntl.flock(descriptor, fcntl.LOCK_UN), directories=True)


def _windows(msvcrt: Any) -> FileLock:
    """Windows has no shared lock here, so two readers may see each other's lock for some microseconds."""

    def take(descriptor: int, shared: bool) -> bool:
        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        return True

    def free(descriptor: int) -> None:
        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

    return FileLock(take, free, directories=False)


def _here() -> FileLock:
    try:
        return _unix(importlib.import_module("fcntl"))
    except ImportError:
        return _windows(importlib.import_module("msvcrt"))


FILE_LOCK = _here()
"""The lock of this operating system."""
