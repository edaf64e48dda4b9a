"""Attention at the last position: a softmax over table entries, and its gradient."""

import math

from latebloom.models.tables.compiled import vectorised


@vectorised
def softmax(scores, index, common, own):  # type: ignore[no-untyped-def]
    """Attention weights of one example: first and last position into ``common``, the others into ``own``."""
    heads, last = scores.shape[1], len(index) - 1
    for h in range(heads):
        top, total = scores[index[0], h], scores.dtype.type(0)
        for j in range(1, last + 1):
            top = max(top, scores[index[j], h])
        common[h] = math.exp(scores[index[0], h] - top)
        common[heads + h] = math.exp(scores[index[last], h] - top)
        total += common[h] + common[heads + h]
        for j in range(1, last):
            own[(j - 1) * heads + h] = math.exp(scores[index[j], h] - top)
            total += own[(j - 1) * heads + h]
        common[h] /= total
        common[heads + h] /= total
        for j in range(1, last):
            own[(j - 1) * heads + h] /= total


@vectorised
def softmax_backward(index, common, own, common_slopes, own_slopes, scores_back):  # type: ignore[no-untyped-def]
    """Adds to the scores' gradient: weight · (slope - Σ weight · slope), where slope is the gradient of a weight."""
    heads, last = scores_back.shape[1], len(index) - 1
    for h in range(heads):
        mean = common[h] * common_slopes[h] + common[heads + h] * common_slopes[heads + h]
        for j in range(1, last):
            mean += own[(j - 1) * heads + h] * own_slopes[(j - 1) * heads + h]
        scores_back[index[0], h] += common[h] * (common_slopes[h] - mean)
        scores_back[index[last], h] += common[heads + h] * (common_slopes[heads + h] - mean)
        for j in range(1, last):
            term = (j - 1) * heads + h
            scores_back[index[j], h] += own[term] * (own_slopes[term] - mean)
