"""The loss of a model that knows the frequency of each answer, but nothing about the example."""

import numpy as np

from latebloom.tasks.base import IGNORE, Task

EXAMPLES = 8192
"""Sampled examples from which frequencies are estimated; entropies are then accurate to about 0.01 nats."""


def guessing_losses(task: Task, seed: int = 0) -> dict[str, float]:
    """Mean of -ln(frequency of the label at its position) over the labels of each component, in nats.

    For a digit this is its entropy: ln 10 if it is uniform, ln 2 for a carry. For trigrams, which share one position,
    it is ln of their number. Components without labels among the `EXAMPLES` samples are left out.
    """
    batch = task.sample(EXAMPLES, np.random.default_rng(seed))
    surprise = np.zeros(batch.labels.shape)
    for position, labels in enumerate(batch.labels.T):
        count = np.bincount(labels[labels != IGNORE], minlength=task.d_vocab_out)
        share = count / max(count.sum(), 1)
        surprise[:, position] = -np.log(share, where=share > 0, out=np.zeros(len(share)))[np.maximum(labels, 0)]
    used = batch.labels != IGNORE
    parts = ((name, used & (batch.component == index)) for index, name in enumerate(task.components))
    return {name: float(surprise[chosen].mean()) for name, chosen in parts if chosen.any()}
