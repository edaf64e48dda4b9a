"""From the rows of W_in to the losses of the two-layer MLP and back, a block of examples at a time."""

from typing import NamedTuple

import numpy as np

from latebloom.models.tables.arrays import BLOCK, aligned
from latebloom.models.tables.compiled import vectorised, vectorised_entry
from latebloom.models.tables.cross_entropy import cross_entropy, highest, slope_of_logits
from latebloom.models.tables.loops import add, clear, copy
from latebloom.models.tables.masked_products import (
    BITS,
    columns,
    masked_dots,
    masked_product,
    masked_product_transposed_left,
    positive,
    turn,
    whole_masks,
)


class MLPArrays(NamedTuple):
    """The weights of the MLP, or their gradients: W_in (V, n), b_in (n), W_out (n, z), b_out (z).

    The compiled code takes W_out and b_out with columns of zeros after the z logits, see `padded`.
    """

    W_in: np.ndarray
    b_in: np.ndarray
    W_out: np.ndarray
    b_out: np.ndarray


class MLPRows(NamedTuple):
    """A fixed batch of B examples with U different inputs: the order of the operands does not matter.

    terms (U, 2): the rows of W_in that are added. start (U + 1): the examples of input u are those from start[u] to
    start[u + 1]. labels (B), in this order.
    """

    terms: np.ndarray
    start: np.ndarray
    labels: np.ndarray


class MLPBlock(NamedTuple):
    """Workspace of one worker for b inputs.

    pre, back (b, n and padding): neurons before the ReLU, and their gradients. masks (n / BITS, b): which neurons
    of an input are active; turned (n / BITS, BITS): in which inputs a neuron is. logits (b, z and padding), and their
    gradient in place.
    probabilities (z), in the loss' precision: softmax of one input.
    """

    pre: np.ndarray
    back: np.ndarray
    masks: np.ndarray
    turned: np.ndarray
    logits: np.ndarray
    probabilities: np.ndarray


def padded(weights: MLPArrays) -> MLPArrays:
    """Zeros for weights or gradients of these shapes, with padding."""
    answers = columns(len(weights.b_out))
    shapes = weights.W_in.shape, weights.b_in.shape, (len(weights.W_out), answers), (answers,)
    return MLPArrays(*(aligned(shape, weights.W_in.dtype) for shape in shapes))


def new_mlp_block(weights: MLPArrays, answers: int, loss_dtype: np.dtype) -> MLPBlock:
    """Arrays for the block of one worker, for padded weights; ``answers``: logits that are not padding."""
    (neurons, width), dtype, parts = weights.W_out.shape, weights.W_out.dtype, -(-len(weights.W_out) // BITS)
    arrays = [aligned((BLOCK, whole_masks(neurons)), dtype) for _ in range(2)]
    arrays += [aligned((parts, count), np.uint64) for count in (BLOCK, BITS)] + [aligned((BLOCK, width), dtype)]
    arrays.append(aligned((answers,), loss_dtype))
    return MLPBlock(*arrays)


@vectorised_entry
def evaluate_mlp(weights, rows, first, last, block, losses, right):  # type: ignore[no-untyped-def]
    """Loss of each example of the inputs from ``first`` to ``last`` (nats), and whether its highest logit is right."""
    for start in range(first, last, BLOCK):
        stop = min(start + BLOCK, last)
        _forward(weights, rows, start, stop, block)
        for i in range(stop - start):
            logits = block.logits[i, : len(block.probabilities)]
            best = highest(logits)
            for example in range(rows.start[start + i], rows.start[start + i + 1]):
                label = rows.labels[example]
                losses[example] = cross_entropy(logits, label, block.probabilities)
                right[example] = best == label


@vectorised_entry
def learn_mlp(weights, rows, first, last, block, sums, losses):  # type: ignore[no-untyped-def]
    """As `evaluate_mlp`; also ``sums``, the gradients of the mean loss over the whole batch."""
    clear(sums.W_in.reshape(-1))
    clear(sums.b_in)
    clear(sums.W_out.reshape(-1))
    clear(sums.b_out)
    for start in range(first, last, BLOCK):
        stop = min(start + BLOCK, last)
        _forward(weights, rows, start, stop, block)
        for i in range(stop - start):
            _losses(rows, start + i, block.logits[i, : len(block.probabilities)], block, losses)
        _backward(weights, rows, start, stop, block, sums)


@vectorised
def _losses(rows, row, logits, block, losses):  # type: ignore[no-untyped-def]
    """Losses of the examples with one input; overwrites the logits with the sum of their gradients."""
    first, last = rows.start[row], rows.start[row + 1]
    probabilities = block.probabilities
    for example in range(first, last):
        label = rows.labels[example]
        if example > first and label == rows.labels[example - 1]:
            losses[example] = losses[example - 1]
        else:
            losses[example] = cross_entropy(logits, label, probabilities)
    scale = probabilities.dtype.type(1 / len(losses))
    for k in range(len(probabilities)):
        probabilities[k] *= last - first
    for example in range(first, last):
        probabilities[rows.labels[example]] -= 1
    slope_of_logits(probabilities, scale, logits)


@vectorised
def _forward(weights, rows, start, stop, block):  # type: ignore[no-untyped-def]
    count = stop - start
    for i in range(count):
        pre, terms = block.pre[i], rows.terms[start + i]
        one, two = weights.W_in[terms[0]], weights.W_in[terms[1]]
        for k in range(len(one)):
            pre[k] = weights.b_in[k] + (one[k] + two[k])
        positive(pre, len(one), block.masks[:, i])
        copy(weights.b_out, block.logits[i])
    masked_product(block.masks, block.pre, count, weights.W_out, block.logits)


@vectorised
def _backward(weights, rows, start, stop, block, sums):  # type: ignore[no-untyped-def]
    count = stop - start
    for first in range(0, count, BITS):
        turn(block.masks, first, count, block.turned)
        masked_product_transposed_left(block.turned, block.pre, first, block.logits, sums.W_out)
    masked_dots(block.masks, block.logits, count, weights.W_out, len(block.probabilities), block.back)
    for i in range(count):
        back, pre, terms = block.back[i], block.pre[i], rows.terms[start + i]
        one, two = sums.W_in[terms[0]], sums.W_in[terms[1]]
        for k in range(len(one)):
            back[k] = back[k] if pre[k] > 0 else 0
            one[k] += back[k]
        for k in range(len(two)):
            two[k] += back[k]
            sums.b_in[k] += back[k]
        add(block.logits[i], sums.b_out)
