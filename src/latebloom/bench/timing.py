"""Milliseconds, taken in turns: what else the machine does meets every variant alike."""

import statistics
import time
from collections.abc import Callable, Mapping


def in_turns(variants: Mapping[str, Callable[[], object]], rounds: int, each: int = 1) -> dict[str, list[float]]:
    """Milliseconds of every call: ``rounds`` times each variant, ``each`` calls in a row after one that is not counted.

    The call that is not counted brings back what the other variants drove out of the caches, and lets their threads
    come to rest.
    """
    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, call in variants.items():
            call()
            times[name] += [_milliseconds(call) for _ in range(each)]
    return times


def median(times: list[float]) -> float:
    """To three digits."""
    return float(f"{statistics.median(times):.3g}")


def _milliseconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - start)
