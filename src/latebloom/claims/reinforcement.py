"""Whether the gradient on one part of a circuit grows as another part forms."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from latebloom.phases import Series

FEWEST = 5
"""Checkpoints that a rank correlation is worth computing for. Arbitrary."""


class Reinforced(NamedTuple):
    """growth: the last gradient over the first. rank, p: Spearman's correlation of gradient and score."""

    growth: float
    rank: float
    p: float

    @property
    def clear(self) -> bool:
        """The gradient doubles (arbitrary) and goes with the score (p < 0.05, the usual level)."""
        return self.growth > 2 and self.rank > 0 and self.p < 0.05


def reinforced(gradient: Series, score: Series, until: float | int) -> Reinforced | None:
    """The gradient on one part beside the score of another, from the start until a step: before the loss has fallen,
    since a solved task pulls at nothing. None where fewer than `FEWEST` steps have both, or one does not vary."""
    steps, i, j = np.intersect1d(gradient.step, score.step, return_indices=True)
    early = steps <= until
    pulls, scores = gradient.value[i][early], score.value[j][early]
    if len(pulls) < FEWEST or np.ptp(pulls) == 0 or np.ptp(scores) == 0:
        return None
    found = stats.spearmanr(pulls, scores)
    return Reinforced(float(pulls[-1] / pulls[0]), float(found.statistic), float(found.pvalue))
