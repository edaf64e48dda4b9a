"""What a solution costs: the sum of squared weights at which the right answer has a given lead."""

from __future__ import annotations

import copy

import numpy as np
import scipy
import torch

from latebloom.analysis import Analysis
from latebloom.claims import quantity
from latebloom.claims.quantity import Undefined
from latebloom.models import Examples, Model

MARGIN = 10.0
"""Nats by which the right answer is ahead of the mean of the others, at which weights are compared. Arbitrary."""

SCALES = (0.2, 5.0)
"""Factors on all weights among which that margin is looked for."""


@quantity(
    "",
    "the sum of squares of all weights of the final model, all scaled alike until the right answer is on average "
    f"{MARGIN:g} nats ahead of the mean of the others on the train set,",
)
def weights_at_equal_logits(analysis: Analysis) -> float:
    return at_equal_logits(analysis.final.model, analysis.sets["train"], analysis.task.loss_positions)


def at_equal_logits(model: Model, train: Examples, positions: tuple[int, ...]) -> float:
    """The sum of squares of all weights, scaled alike until the right answer is on average `MARGIN` nats ahead of the
    mean of the others. Errors: Undefined where no factor in `SCALES` does that."""
    model, labels = copy.deepcopy(model).double(), train.labels.flatten()
    start = [weight.detach().clone() for weight in model.parameters()]

    @torch.no_grad()
    def surplus(log_scale: float) -> float:
        for weight, first in zip(model.parameters(), start):
            weight.copy_(first * np.exp(log_scale))
        logits = model(train.tokens, positions).flatten(0, 1)
        right = logits.gather(1, labels[:, None]).squeeze(1)
        others = (logits.sum(1) - right) / (logits.shape[1] - 1)
        return float((right - others).mean()) - MARGIN

    low, high = map(np.log, SCALES)
    if not surplus(low) < 0 < surplus(high):
        raise Undefined(f"no scale of the weights gives a margin of {MARGIN:g} nats")
    factor = float(np.exp(scipy.optimize.brentq(surplus, low, high, xtol=1e-4)))
    return factor**2 * float(sum(weight.square().sum() for weight in start))
