"""Peak memory of this process."""

from importlib import import_module
from pathlib import Path


def peak_megabytes() -> float:
    """The largest amount of memory that this process has held at once.

    It is Linux' VmHWM, because the value of `getrusage` starts from the memory of the parent process.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        resource = import_module("resource")
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return round(kilobytes / 1024, 1)
