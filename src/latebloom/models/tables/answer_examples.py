"""From tables to the losses of several answers per example and back, a block of examples at a time."""

from typing import NamedTuple

import numpy as np

from latebloom.models.tables.arrays import aligned
from latebloom.models.tables.blas import product, product_transposed_left, product_transposed_right
from latebloom.models.tables.compiled import vectorised, vectorised_entry
from latebloom.models.tables.cross_entropy import cross_entropy, cross_entropy_backward, highest
from latebloom.models.tables.loops import clear, copy, scale
from latebloom.models.tables.mix import mix, mix_backward
from latebloom.models.tables.vector_exponential import exponentials

ANSWERS_AT_ONCE = 64
"""Answers processed together, at most: few enough for their arrays to stay in a core's cache."""


class AnswerTables(NamedTuple):
    """Values computed from the weights, for each pair of token and position; also used for their gradients.

    Sizes: R pairs, S pairs at the positions with loss, H heads, n neurons, z logits. A row of n + z numbers holds the
    neurons, then the direct path to the logits.
    scores (S, R · H). values (R · H, d_head). base (S, n + z): contribution of the residual before attention and of
    the biases. fold (H · d_head, n + z): W_O [W_in, W_U]. w_logit (n, z): W_out W_U.
    """

    scores: np.ndarray
    values: np.ndarray
    base: np.ndarray
    fold: np.ndarray
    w_logit: np.ndarray


class AnswerRows(NamedTuple):
    """A fixed batch of B examples with Q answers each, as rows of `AnswerTables`.

    query (B, Q): the pair at each position with loss. terms (B, H, P): the pairs at all positions, by head.
    keys (Q): how many positions each answer attends to, the first ones. labels (B, Q). mix: that of `Attention`, in
    the precision of the weights.
    """

    query: np.ndarray
    terms: np.ndarray
    keys: np.ndarray
    labels: np.ndarray
    mix: np.floating


class AnswerBlock(NamedTuple):
    """Workspace for b answers; one per worker.

    softmax (b, H, P): of the scores. heads, heads_back (b, H · d_head): outputs of the heads. active, back (b, n + z)
    and logits (b, z): as in `Block`. pattern, slopes (P): of one head, and its gradient. probabilities (z), in the
    loss' precision.
    """

    softmax: np.ndarray
    heads: np.ndarray
    heads_back: np.ndarray
    active: np.ndarray
    back: np.ndarray
    logits: np.ndarray
    pattern: np.ndarray
    slopes: np.ndarray
    probabilities: np.ndarray


def new_answer_block(tables: AnswerTables, rows: AnswerRows, outputs: int, loss_dtype: np.dtype) -> AnswerBlock:
    """Arrays for the block of one worker; ``outputs``: logits that are not padding."""
    (_, heads, positions), (folded, width), dtype = rows.terms.shape, tables.fold.shape, tables.fold.dtype
    answers = rows.labels.shape[1]
    count = max(1, ANSWERS_AT_ONCE // answers) * answers
    shapes = ((heads, positions), (folded,), (folded,), (width,), (width,), tables.w_logit.shape[1:])
    sizes = [(count, *shape) for shape in shapes] + [(positions,), (positions,)]
    arrays = [aligned(size, dtype) for size in sizes]
    arrays.append(aligned((outputs,), loss_dtype))
    return AnswerBlock(*arrays)


@vectorised_entry
def evaluate_answers(tables, rows, first, last, block, losses, right):  # type: ignore[no-untyped-def]
    """Loss of each answer of the examples from ``first`` to ``last`` (nats), and whether its highest logit is right."""
    answers = rows.labels.shape[1]
    size = len(block.active) // answers
    for start in range(first, last, size):
        stop = min(start + size, last)
        _forward(tables, rows, start, stop, block)
        for row in range((stop - start) * answers):
            i, j = start + row // answers, row % answers
            label, logits = rows.labels[i, j], block.logits[row, : len(block.probabilities)]
            losses[i, j] = cross_entropy(logits, label, block.probabilities)
            right[i, j] = highest(logits) == label


@vectorised_entry
def learn_answers(tables, rows, first, last, block, sums, losses):  # type: ignore[no-untyped-def]
    """As `evaluate_answers`; also ``sums``, the gradients of the mean loss over the whole batch."""
    answers = rows.labels.shape[1]
    size = len(block.active) // answers
    clear(sums.scores.reshape(-1))
    clear(sums.values.reshape(-1))
    clear(sums.base.reshape(-1))
    clear(sums.fold.reshape(-1))
    clear(sums.w_logit.reshape(-1))
    for start in range(first, last, size):
        stop = min(start + size, last)
        _forward(tables, rows, start, stop, block)
        for row in range((stop - start) * answers):
            i, j = start + row // answers, row % answers
            label, logits = rows.labels[i, j], block.logits[row, : len(block.probabilities)]
            losses[i, j] = cross_entropy(logits, label, block.probabilities)
            cross_entropy_backward(logits, label, block.probabilities, losses.size)
        _backward(tables, rows, start, stop, block, sums)


@vectorised
def _forward(tables, rows, start, stop, block):  # type: ignore[no-untyped-def]
    neurons, d_head, answers = tables.w_logit.shape[0], tables.values.shape[1], rows.labels.shape[1]
    count = (stop - start) * answers
    for row in range(count):
        i, j = start + row // answers, row % answers
        query, keys = rows.query[i, j], rows.keys[j]
        clear(block.heads[row])
        for h in range(rows.terms.shape[1]):
            terms, softmax, pattern = rows.terms[i, h, :keys], block.softmax[row, h, :keys], block.pattern[:keys]
            _softmax(tables.scores[query], terms, softmax)
            _mixed(softmax, rows.mix, pattern)
            mix(tables.values, terms, pattern, block.heads[row, h * d_head : (h + 1) * d_head])
        copy(tables.base[query], block.active[row])
    product(block.heads[:count], tables.fold, block.active[:count], 1)
    for row in range(count):
        active = block.active[row]
        copy(active[neurons:], block.logits[row])
        for k in range(neurons):
            active[k] = max(active[k], 0)
    product(block.active[:count, :neurons], tables.w_logit, block.logits[:count], 1)


@vectorised
def _backward(tables, rows, start, stop, block, sums):  # type: ignore[no-untyped-def]
    neurons, d_head, answers = tables.w_logit.shape[0], tables.values.shape[1], rows.labels.shape[1]
    count = (stop - start) * answers
    product_transposed_left(block.active[:count, :neurons], block.logits[:count], sums.w_logit, 1)
    product_transposed_right(block.logits[:count], tables.w_logit, block.back[:count, :neurons], 0)
    for row in range(count):
        back, active = block.back[row], block.active[row]
        for k in range(neurons):
            back[k] = back[k] if active[k] > 0 else 0
        copy(block.logits[row], back[neurons:])
    product_transposed_left(block.heads[:count], block.back[:count], sums.fold, 1)
    product_transposed_right(block.back[:count], tables.fold, block.heads_back[:count], 0)
    for row in range(count):
        i, j = start + row // answers, row % answers
        query, keys = rows.query[i, j], rows.keys[j]
        base_back, back = sums.base[query], block.back[row]
        for k in range(len(back)):
            base_back[k] += back[k]
        for h in range(rows.terms.shape[1]):
            terms, softmax = rows.terms[i, h, :keys], block.softmax[row, h, :keys]
            pattern, slopes = block.pattern[:keys], block.slopes[:keys]
            head_back = block.heads_back[row, h * d_head : (h + 1) * d_head]
            _mixed(softmax, rows.mix, pattern)
            mix_backward(tables.values, terms, pattern, head_back, sums.values, slopes)
            scale(rows.mix, slopes)
            _softmax_backward(terms, softmax, slopes, sums.scores[query])


@vectorised
def _softmax(scores, terms, softmax):  # type: ignore[no-untyped-def]
    """The softmax of one head, from the scores of these terms."""
    top, total = scores[terms[0]], scores.dtype.type(0)
    for k in range(len(terms)):
        softmax[k] = scores[terms[k]]
        top = max(top, softmax[k])
    for k in range(len(terms)):
        softmax[k] -= top
    exponentials(softmax)
    for k in range(len(terms)):
        total += softmax[k]
    for k in range(len(terms)):
        softmax[k] /= total


@vectorised
def _mixed(softmax, a, pattern):  # type: ignore[no-untyped-def]
    """pattern = a · softmax + (1 - a), which for a = 1 are the same bits."""
    rest = softmax.dtype.type(1) - a
    for k in range(len(softmax)):
        pattern[k] = a * softmax[k] + rest


@vectorised
def _softmax_backward(terms, softmax, slopes, scores_back):  # type: ignore[no-untyped-def]
    """Adds to the scores' gradient: weight · (slope - Σ weight · slope), where slope is the gradient of a weight."""
    mean = softmax.dtype.type(0)
    for k in range(len(terms)):
        mean += softmax[k] * slopes[k]
    for k in range(len(terms)):
        scores_back[terms[k]] += softmax[k] * (slopes[k] - mean)
