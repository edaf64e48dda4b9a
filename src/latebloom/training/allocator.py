"""Keep freed memory instead of returning it to the system between two steps."""

import ctypes
from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


@cache
def keep_memory() -> None:
    """Ask glibc to reuse large blocks; does nothing with another C library.

    A step makes dozens of 8 MB temporaries. By default each is mapped again and its pages are faulted in one by one,
    which costs about a tenth of the step (measured in dev/LOG.md).
    """
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return
    mallopt(_M_MMAP_THRESHOLD, 1 << 30)
    mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)
