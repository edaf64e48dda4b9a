"""The memory that is left, and the refusal of what does not fit into it.

Linux grants more memory than there is and kills the process that uses it, so that no error could be caught later.
"""

import ctypes
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from latebloom._errors import UsageError


@dataclass(frozen=True)
class _Files:
    """Where a version of control groups has a container's memory, relative to the root.

    cache: the field of memory.stat with the cache of files that Linux drops where memory is short.
    """

    folder: str
    limit: str
    used: str
    cache: str


_CONTAINERS = (
    _Files("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    _Files("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def available_memory(root: Path = Path("/")) -> int | None:
    """The bytes that Linux, its containers and the limit of this process leave to new allocations; None where unknown.

    root: the folder that has /proc and /sys.
    """
    found = [_left(root, files) for files in _CONTAINERS] + [_field(root / "proc/meminfo", "MemAvailable:", 1024)]
    found.append(_of_this_process(root))
    return min((number for number in found if number is not None), default=None)


def return_freed_memory() -> None:
    """Ask glibc to return what was freed to the system; does nothing with another C library.

    Arrays of some tens of megabytes leave gaps that it keeps otherwise, of every thread.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


ALWAYS_FREE = 2**24
"""Bytes of so small a request that the machine is not asked: to ask costs more than most requests."""


def check_bytes(what: str, needed: int, instead: str) -> None:
    """UsageError where ``needed`` bytes are more than there are.

    what, instead: the beginning of the message, and what to choose.
    """
    available = available_memory() if needed > ALWAYS_FREE else None
    if available is not None and needed > available:
        raise UsageError(
            f"{what}, which takes at least {needed / 1e9:.3g} GB of memory, but {available / 1e9:.3g} GB are free; "
            f"expected {instead}"
        )


def _of_this_process(root: Path) -> int | None:
    """What ``ulimit -v`` leaves; None without such a limit."""
    limits = (line.split() for line in _text(root / "proc/self/limits").splitlines())
    soft = next((words[3] for words in limits if words[:3] == ["Max", "address", "space"]), "unlimited")
    used = _field(root / "proc/self/status", "VmSize:", 1024)
    return max(0, int(soft) - used) if soft.isdigit() and used is not None else None


def _left(root: Path, files: _Files) -> int | None:
    """What a container's limit leaves: limit - (used - cache that can be dropped); None where there is no limit."""
    folder = root / files.folder
    limit, used = _number(folder / files.limit), _number(folder / files.used)
    if limit is None or used is None:
        return limit
    cache = _field(folder / "memory.stat", files.cache) or 0
    return max(0, limit - max(0, used - cache))


def _number(path: Path) -> int | None:
    """The number that is all of a file; None where there is none."""
    text = _text(path).strip()
    return int(text) if text.isdigit() else None


def _field(path: Path, name: str, unit: int = 1) -> int | None:
    """The number after a name in a file of one field a line; None where there is none."""
    fields = (line.split() for line in _text(path).splitlines())
    return next((unit * int(words[1]) for words in fields if words[:1] == [name]), None)


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except OSError:
        return ""
