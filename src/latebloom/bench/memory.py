"""Peak memory of this process."""

import resource
from pathlib import Path


def peak_megabytes() -> float:
    """The most memory that this process has held at a time.

    Linux' VmHWM: what `getrusage` says begins with the memory of the process that started this one.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return round(kilobytes / 1024, 1)
