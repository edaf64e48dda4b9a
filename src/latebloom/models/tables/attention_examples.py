"""From tables to the losses of a layer of attention read at the last position, and back, a block of examples at a time.

A score is a sum of one entry for the token and one for the position, and so is a value. The weights that a pattern
gives to equal tokens are added first; what is left are small products.
"""

from typing import NamedTuple

import numpy as np

from latebloom.models.tables.arrays import aligned
from latebloom.models.tables.blas import product, product_transposed_left, product_transposed_right
from latebloom.models.tables.compiled import vectorised, vectorised_entry
from latebloom.models.tables.cross_entropy import cross_entropy, cross_entropy_backward, highest
from latebloom.models.tables.loops import add, clear, copy
from latebloom.models.tables.vector_exponential import exponentials

AT_ONCE = 64
"""Examples processed together: few enough for their arrays to stay in a core's cache."""


class AttentionTables(NamedTuple):
    """Values that examples read; also used for their gradients.

    Sizes: N = tokens + positions, G different tokens at the last position, H heads, z logits.
    scores (G, H, N). values (H, N, d_head). fold (H · d_head, z): W_O W_U. base (G, z): the last position's own part.
    """

    scores: np.ndarray
    values: np.ndarray
    fold: np.ndarray
    base: np.ndarray


class AttentionRows(NamedTuple):
    """A batch: tokens (B, P); query (B): which of the G last tokens an example has; labels (B)."""

    tokens: np.ndarray
    query: np.ndarray
    labels: np.ndarray


class AttentionBlock(NamedTuple):
    """Workspace for b examples; one per worker.

    pattern (b, H, P). shares, shares_back (H, b, N): attention to each token, then to each position. heads, heads_back
    (b, H · d_head). logits (b, z), and their gradient in place. slopes (P): gradient of a pattern. probabilities (z),
    in the loss' precision.
    """

    pattern: np.ndarray
    shares: np.ndarray
    shares_back: np.ndarray
    heads: np.ndarray
    heads_back: np.ndarray
    logits: np.ndarray
    slopes: np.ndarray
    probabilities: np.ndarray


def new_attention_block(tables: AttentionTables, positions: int, loss_dtype: np.dtype) -> AttentionBlock:
    """Arrays for the block of one worker."""
    (heads, entries, _), (folded, outputs) = tables.values.shape, tables.fold.shape
    shapes = (
        (AT_ONCE, heads, positions),
        (heads, AT_ONCE, entries),
        (heads, AT_ONCE, entries),
        (AT_ONCE, folded),
        (AT_ONCE, folded),
        (AT_ONCE, outputs),
        (positions,),
    )
    arrays = [aligned(shape, tables.fold.dtype) for shape in shapes]
    arrays.append(aligned((outputs,), loss_dtype))
    return AttentionBlock(*arrays)


@vectorised_entry
def evaluate_attention(tables, rows, first, last, block, losses, right):  # type: ignore[no-untyped-def]
    """Loss of each example from ``first`` to ``last`` (nats), and whether its highest logit is right."""
    for start in range(first, last, AT_ONCE):
        stop = min(start + AT_ONCE, last)
        _forward(tables, rows, start, stop, block)
        for i in range(stop - start):
            label, logits = rows.labels[start + i], block.logits[i]
            losses[start + i] = cross_entropy(logits, label, block.probabilities)
            right[start + i] = highest(logits) == label


@vectorised_entry
def learn_attention(tables, rows, first, last, block, sums, losses):  # type: ignore[no-untyped-def]
    """As `evaluate_attention`; also ``sums``, the gradients of the mean loss over the whole batch."""
    clear(sums.scores.reshape(-1))
    clear(sums.values.reshape(-1))
    clear(sums.fold.reshape(-1))
    clear(sums.base.reshape(-1))
    for start in range(first, last, AT_ONCE):
        stop = min(start + AT_ONCE, last)
        _forward(tables, rows, start, stop, block)
        for i in range(stop - start):
            label, logits = rows.labels[start + i], block.logits[i]
            losses[start + i] = cross_entropy(logits, label, block.probabilities)
            cross_entropy_backward(logits, label, block.probabilities, len(rows.labels))
        _backward(tables, rows, start, stop, block, sums)


@vectorised
def _forward(tables, rows, start, stop, block):  # type: ignore[no-untyped-def]
    (heads, entries, d_head), count = tables.values.shape, stop - start
    positions = rows.tokens.shape[1]
    for i in range(count):
        query, tokens = rows.query[start + i], rows.tokens[start + i]
        copy(tables.base[query], block.logits[i])
        for h in range(heads):
            pattern, shares = block.pattern[i, h], block.shares[h, i]
            _softmax(tables.scores[query, h], tokens, pattern)
            clear(shares[: entries - positions])
            copy(pattern, shares[entries - positions :])
            for j in range(positions):
                shares[tokens[j]] += pattern[j]
    for h in range(heads):
        product(block.shares[h, :count], tables.values[h], block.heads[:count, h * d_head : (h + 1) * d_head], 0)
    product(block.heads[:count], tables.fold, block.logits[:count], 1)


@vectorised
def _backward(tables, rows, start, stop, block, sums):  # type: ignore[no-untyped-def]
    (heads, entries, d_head), count = tables.values.shape, stop - start
    product_transposed_left(block.heads[:count], block.logits[:count], sums.fold, 1)
    product_transposed_right(block.logits[:count], tables.fold, block.heads_back[:count], 0)
    for h in range(heads):
        back = block.heads_back[:count, h * d_head : (h + 1) * d_head]
        product_transposed_left(block.shares[h, :count], back, sums.values[h], 1)
        product_transposed_right(back, tables.values[h], block.shares_back[h, :count], 0)
    for i in range(count):
        query, tokens = rows.query[start + i], rows.tokens[start + i]
        add(block.logits[i], sums.base[query])
        for h in range(heads):
            slopes, shares_back = block.slopes, block.shares_back[h, i]
            copy(shares_back[entries - len(tokens) :], slopes)
            for j in range(len(tokens)):
                slopes[j] += shares_back[tokens[j]]
            _softmax_backward(tokens, block.pattern[i, h], slopes, sums.scores[query, h])


@vectorised
def _softmax(scores, tokens, pattern):  # type: ignore[no-untyped-def]
    """The attention weights of one head."""
    own = scores[len(scores) - len(tokens) :]
    for j in range(len(tokens)):
        pattern[j] = scores[tokens[j]] + own[j]
    top, total = pattern[0], pattern.dtype.type(0)
    for j in range(len(pattern)):
        top = max(top, pattern[j])
    for j in range(len(pattern)):
        pattern[j] -= top
    exponentials(pattern)
    for j in range(len(pattern)):
        total += pattern[j]
    share = 1 / total
    for j in range(len(pattern)):
        pattern[j] *= share


@vectorised
def _softmax_backward(tokens, pattern, slopes, scores_back):  # type: ignore[no-untyped-def]
    """Adds to the scores' gradient: weight · (slope - Σ weight · slope), where slope is the gradient of a weight."""
    mean = pattern.dtype.type(0)
    own = scores_back[len(scores_back) - len(tokens) :]
    for j in range(len(pattern)):
        mean += pattern[j] * slopes[j]
    for j in range(len(pattern)):
        slopes[j] = pattern[j] * (slopes[j] - mean)
        own[j] += slopes[j]
    for j in range(len(pattern)):
        scores_back[tokens[j]] += slopes[j]
