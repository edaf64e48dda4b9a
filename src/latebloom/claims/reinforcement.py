"""Whether the gradient on one part of a circuit grows as another part forms."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from latebloom.phases import Series

FEWEST = 5
"""Checkpoints that a rank correlation is worth computing for. Arbitrary."""

DOUBLE = 2.0
"""Growth of a gradient from which on it counts. Arbitrary."""

SIGNIFICANT = 0.05
"""The usual level."""

CRITERION = (
    f"they grow over {DOUBLE:g}-fold (arbitrary), and Spearman's rank correlation with the score of the other part is "
    f"positive with p < {SIGNIFICANT:g}"
)
"""What `Reinforcement.clear` asks for, in words."""


class Reinforcement(NamedTuple):
    """growth: the last gradient over the first. rank, p: Spearman's correlation of gradient and score."""

    growth: float
    rank: float
    p: float

    @property
    def clear(self) -> bool:
        """Whether the gradient grows with the score, by `CRITERION`."""
        return self.growth > DOUBLE and self.rank > 0 and self.p < SIGNIFICANT


def reinforcement(gradient: Series, score: Series, until: float | int) -> Reinforcement | None:
    """The gradient on one part beside the score of another, from the start until a step: before the loss has fallen,
    since a solved task has no gradient. None where fewer than `FEWEST` steps have both, or one does not vary."""
    steps, i, j = np.intersect1d(gradient.step, score.step, return_indices=True)
    early = steps <= until
    gradients, scores = gradient.value[i][early], score.value[j][early]
    if len(gradients) < FEWEST or np.ptp(gradients) == 0 or np.ptp(scores) == 0:
        return None
    found = stats.spearmanr(gradients, scores)
    return Reinforcement(float(gradients[-1] / gradients[0]), float(found.statistic), float(found.pvalue))
