"""Which checkpoints of a run go into its page, and their packed weights."""

import numpy as np

from latebloom.analysis import Analysis
from latebloom.explorer.pack import pack

BUDGET = 7_000_000
"""Largest size of the packed weights in bytes: 9.3 MB as base64, so that the whole file stays below 10 MB."""

WATCHED = ("train_loss", "test_loss", "restricted_loss", "excluded_loss", "sum_squared_weights")
"""Series whose changes decide which checkpoints are kept."""


def packed_weights(analysis: Analysis, budget: int = BUDGET) -> bytes | None:
    """The weights of as many checkpoints as fit, chosen by where things change; None for a run without checkpoints."""
    steps = analysis.run.checkpoints
    if not steps:
        return None
    read = analysis.run.directory.read_checkpoint
    count = len(steps)
    while True:
        chosen = chosen_steps(analysis, steps, count)
        packed = pack([(step, read(step)) for step in chosen])
        if len(packed) <= budget or count <= 2:
            return packed
        count = max(2, min(count - 1, int(count * budget / len(packed))))


def chosen_steps(analysis: Analysis, steps: list[int], count: int) -> list[int]:
    """``count`` of the steps, at equal distances along the path of the watched series (logarithms); always the first
    and the last. Steps at which nothing is recorded, and stretches in which nothing changes, count a little too."""
    if count >= len(steps):
        return steps
    path = np.linspace(0, 1, len(steps))
    for series in filter(None, map(analysis.series, WATCHED)):
        values = np.interp(steps, series.step, np.log(np.maximum(series.value, 1e-12)))
        length = np.abs(np.diff(values, prepend=values[0])).cumsum()
        path = path + length / (length[-1] or 1.0)
    wanted = np.linspace(path[0], path[-1], count)
    nearest = {int(np.abs(path - at).argmin()) for at in wanted}
    rest = [i for i in range(len(steps)) if i not in nearest]  # two wishes may fall on one step
    return [steps[i] for i in sorted(nearest | set(rest[: count - len(nearest)]))]
