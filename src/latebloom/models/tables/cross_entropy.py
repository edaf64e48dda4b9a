"""Cross-entropy of one example, and its gradient."""

import math

from latebloom.models.loss import TINY_GRADIENT
from latebloom.models.tables.compiled import inner, vectorised
from latebloom.models.tables.vector_exponential import power_of_e


@vectorised
def highest(logits):  # type: ignore[no-untyped-def]
    """Index of the highest logit, the first of several."""
    best = 0
    for k in range(1, len(logits)):
        best = k if logits[k] > logits[best] else best
    return best


@vectorised
def _largest(logits):  # type: ignore[no-untyped-def]
    # Four at a time, since each comparison waits for the previous one. A NaN is detected in the differences to it.
    a = b = c = d = logits[0]
    fours = len(logits) // 4 * 4
    for k in range(0, fours, 4):
        a, b, c, d = max(a, logits[k]), max(b, logits[k + 1]), max(c, logits[k + 2]), max(d, logits[k + 3])
    for k in range(fours, len(logits)):
        a = max(a, logits[k])
    return max(max(a, b), max(c, d))


@inner
def _loss(logarithm, label, top):  # type: ignore[no-untyped-def]
    # Reordered, (logarithm + top) - label would round a small loss to the spacing of numbers near the top.
    return logarithm - (label - top)


@vectorised
def cross_entropy(logits, label, probabilities):  # type: ignore[no-untyped-def]
    """Loss in nats, log-softmax in the precision of ``probabilities``, which receives the softmax."""
    real = probabilities.dtype.type
    top, total = _largest(logits), real(0)
    for k in range(len(logits)):
        probabilities[k] = power_of_e(float(real(logits[k]) - real(top)))
        total += probabilities[k]
    share = 1 / total
    for k in range(len(logits)):
        probabilities[k] *= share
    return _loss(math.log(total), real(logits[label]), real(top))


@vectorised
def cross_entropy_backward(logits, label, probabilities, examples):  # type: ignore[no-untyped-def]
    """Overwrites the logits with the gradient of the mean loss over this many examples."""
    probabilities[label] -= 1
    slope_of_logits(probabilities, probabilities.dtype.type(1 / examples), logits)


@vectorised
def slope_of_logits(differences, scale, logits):  # type: ignore[no-untyped-def]
    """Overwrites the logits with scale · differences, without the entries that are too small to matter."""
    for k in range(len(logits)):
        slope = differences[k] * scale
        logits[k] = slope if abs(slope) > TINY_GRADIENT else 0
