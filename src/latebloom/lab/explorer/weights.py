"""Which checkpoints of a run go into its page, and their packed weights."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from latebloom.analysis import Analysis
from latebloom.explorer.pack import pack

BUDGET = 7_000_000
"""Largest size of the packed weights in bytes: 9.3 MB as base64, so that the whole file stays below 10 MB."""

WATCHED = ("train_loss", "test_loss", "restricted_loss", "excluded_loss", "sum_squared_weights")
"""Series whose changes decide which checkpoints are kept."""

FINER = 8
"""Factor on the resolution of small models: two layers with sharp attention deviate more than one layer from the same
rounding, and their weights are few."""

SMALL = 0.65
"""A model is small if all its checkpoints take at most this share of the budget at the finer resolution."""

SAMPLED = 16
"""Sizes are estimated from one weight in 16 of each tensor."""


def packed_weights(analysis: Analysis, budget: int = BUDGET) -> bytes | None:
    """The weights of as many checkpoints as fit, in the order of `by_importance`; None for a run without
    checkpoints."""
    steps = by_importance(analysis)
    if not steps:
        return None
    read = analysis.run.directory.read_checkpoint
    sample = {step: {name: value.ravel()[::SAMPLED] for name, value in read(step).items()} for step in steps}
    share = sum(map(np.size, read(steps[0]).values())) / sum(map(np.size, sample[steps[0]].values()))

    def size(count: int, finer: int = 1) -> float:
        return share * len(pack([(step, sample[step]) for step in sorted(steps[:count])], finer=finer))

    count = len(steps)
    if size(count) > budget:
        count = _largest(1, count, lambda some: size(some) <= budget)
    finer = FINER if count == len(steps) and size(count, FINER) <= SMALL * budget else 1
    while True:
        packed = pack([(step, read(step)) for step in sorted(steps[:count])], finer=finer)
        if len(packed) <= budget or count == 1:
            return packed
        # The estimate was a little too low.
        count = min(count - 1, int(count * budget / len(packed)))


def _largest(low: int, high: int, fits: Callable[[int], bool]) -> int:
    """The largest count from ``low`` to below ``high`` that fits, where every smaller one does; ``low`` if none does."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
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
