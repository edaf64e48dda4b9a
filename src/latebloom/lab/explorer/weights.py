"""Which checkpoints of a run go into its page, and their packed weights."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import itemgetter

import numpy as np
from jaxtyping import Float

from latebloom.analysis import Analysis
from latebloom.explorer.pack import Weights, pack

BUDGET = 7_000_000
"""Largest size of the packed weights in bytes: 9.3 MB as base64, so that the whole file stays below 10 MB."""

WATCHED = ("train_loss", "test_loss", "restricted_loss", "excluded_loss", "sum_squared_weights")
"""Series whose changes decide which checkpoints are kept."""

FINEST = 1 / 32
"""Smallest factor on the units: codes have 24 bits. It is that of the last checkpoint, so that what the page counts
there is what Python counted."""

FINER = (32, 8)
"""Factors on the resolution of small models, the first with which they are still small: they average over few weights,
and two layers with sharp attention deviate more than one from the same rounding."""

SMALL = 0.65
"""A run is small if all its checkpoints take at most this share of the budget at a finer resolution."""

SAMPLED = 16
"""Sizes are estimated from one column in 16 of each tensor."""

CODE_TABLES = 400
"""Bytes of a stream that do not depend on the number of weights: the tables of its Huffman codes, about."""


def packed_weights(analysis: Analysis, budget: int = BUDGET) -> bytes | None:
    """The weights of as many checkpoints as fit, in the order of `by_importance`; None for a run without
    checkpoints. Where all of them fit, they are stored more finely."""
    steps = by_importance(analysis)
    if not steps:
        return None
    read = analysis.run.directory.read_checkpoint
    last = {max(steps): FINEST}
    size = _Estimate((step, read(step)) for step in steps)
    sizes = {len(steps): size(len(steps), last)}
    # At a finer resolution they take more than this.
    for finer in FINER if sizes[len(steps)] <= SMALL * budget else ():
        coarseness = {**dict.fromkeys(steps, 1 / finer), **last}
        if size(len(steps), coarseness) <= SMALL * budget:
            return pack([(step, read(step)) for step in sorted(steps)], coarseness)

    def of(count: int) -> float:
        if count not in sizes:
            sizes[count] = size(count, last)
        return sizes[count]

    @cache
    def first(count: int) -> bytes:
        return pack([(step, read(step)) for step in sorted(steps[:count])], last)

    count = _largest(len(steps), of, budget)
    # The estimate is a little off, and by about the same share at other counts.
    count = _largest(len(steps), of, budget * of(count) / len(first(count)))
    while len(first(count)) > budget and count > 1:
        count -= 1
    return first(count)


class _Estimate:
    """The packed size of the first so many checkpoints, from a part of their weights."""

    def __init__(self, checkpoints: Iterable[tuple[int, Weights]]) -> None:
        self._sample: list[tuple[int, Weights]] = []
        for step, weights in checkpoints:
            # Whole columns, because they can have units of their own.
            part = {name: value[..., ::SAMPLED] for name, value in weights.items()}
            self._share = sum(map(np.size, weights.values())) / sum(map(np.size, part.values()))
            self._sample.append((step, part))

    def __call__(self, count: int, coarseness: Mapping[int, float]) -> float:
        packed = pack(sorted(self._sample[:count], key=itemgetter(0)), coarseness)
        fixed = int.from_bytes(packed[:4], "little") + CODE_TABLES * count
        return fixed + self._share * (len(packed) - fixed)


def _largest(most: int, of: Callable[[int], float], budget: float | int) -> int:
    """The largest count up to ``most`` whose size is within the budget; at least 1. Sizes grow with the count, and
    nearly by as much for each, so that a few of them are enough."""
    if of(most) <= budget:
        return most
    low, high = 1, most
    while high - low > 1:
        share = (budget - of(low)) / (of(high) - of(low))
        guess = max(low + 1, min(high - 1, low + int(share * (high - low))))
        low, high = (guess, high) if of(guess) <= budget else (low, guess)
    return low


def by_importance(analysis: Analysis) -> list[int]:
    """The steps of all checkpoints, the one that a page needs most first.

    First the last and the first step and the ones nearest to the phase boundaries. Then, one after another, the step
    that is farthest from those before it along the path of the watched series (in logarithms). Training steps count a
    little too, for stretches in which nothing is recorded or nothing changes.
    """
    steps = analysis.run.checkpoints
    if not steps:
        return []
    path = _path(analysis, steps)
    edges = (boundary.step for boundary in analysis.phases.boundaries if boundary.step is not None)
    first = [len(steps) - 1, 0, *(int(np.abs(np.subtract(steps, edge)).argmin()) for edge in edges)]
    chosen = list(dict.fromkeys(first))
    distance = np.abs(path[:, None] - path[chosen]).min(1)
    distance[chosen] = -1
    while len(chosen) < len(steps):
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.abs(path - path[chosen[-1]]))
        distance[chosen[-1]] = -1
    return [steps[i] for i in chosen]


def _path(analysis: Analysis, steps: list[int]) -> Float[np.ndarray, " checkpoint"]:
    """How far things have changed by each step: the sum over the watched series of the share of its path behind it."""
    path = np.linspace(0, 1, len(steps))
    for series in filter(None, map(analysis.series, WATCHED)):
        known = np.isfinite(series.value)
        if not known.any():
            continue
        values = np.interp(steps, series.step[known], np.log(np.maximum(series.value[known], 1e-12)))
        length = np.abs(np.diff(values, prepend=values[0])).cumsum()
        path = path + length / (length[-1] or 1.0)
    return path
