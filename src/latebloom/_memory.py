"""The memory that is left, and the refusal of what does not fit into it.

Linux grants more memory than there is and kills the process that uses it, so that no error could be caught later.
"""

from pathlib import Path

from latebloom._errors import UsageError

_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def available_memory() -> int | None:
    """The bytes that Linux and its containers leave to new allocations; None where that is unknown."""
    found = [_limit(path) for path in _LIMITS] + [_free()]
    return min((number for number in found if number is not None), default=None)


def check_bytes(what: str, needed: int, instead: str) -> None:
    """UsageError where ``needed`` bytes are more than there are.

    what, instead: the beginning of the message, and what to choose.
    """
    available = available_memory()
    if available is not None and needed > available:
        raise UsageError(
            f"{what}, which takes at least {needed / 1e9:.3g} GB of memory, but {available / 1e9:.3g} GB are free; "
            f"expected {instead}"
        )


def _free() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return None
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), None)


def _limit(path: Path) -> int | None:
    """The limit of a container; None where there is none."""
    try:
        text = path.read_text("ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
