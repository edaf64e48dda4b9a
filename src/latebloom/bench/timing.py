"""Milliseconds of several variants in turns, so that other load on the machine affects all of them alike."""

import statistics
import time
from collections.abc import Callable, Mapping


def in_turns(variants: Mapping[str, Callable[[], object]], rounds: int, each: int = 1) -> dict[str, list[float]]:
    """Milliseconds of every call: in each of ``rounds``, each variant is called once uncounted, then ``each`` times.

    The uncounted call refills the caches that the other variants have used and lets their threads come to rest.
    """
    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, call in variants.items():
            call()
            times[name] += [_milliseconds(call) for _ in range(each)]
    return times


def median(times: list[float]) -> float:
    """The median, to three digits."""
    return float(f"{statistics.median(times):.3g}")


def _milliseconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - start)
