"""From tables to the losses of examples and back, one block of examples at a time, so that it stays in the cache."""

from latebloom.models.tables.arrays import BLOCK
from latebloom.models.tables.compiled import vectorised, vectorised_entry
from latebloom.models.tables.cross_entropy import cross_entropy, cross_entropy_backward, highest
from latebloom.models.tables.loops import add, clear, copy
from latebloom.models.tables.masked_products import (
    BITS,
    masked_dots,
    masked_product,
    masked_product_transposed_left,
    positive,
    turn,
)
from latebloom.models.tables.mix import mix, mix_backward
from latebloom.models.tables.pattern import softmax, softmax_backward
from latebloom.models.tables.small_products import (
    small_product,
    small_product_transposed_left,
    small_product_transposed_right,
)


@vectorised_entry
def evaluate_examples(tables, rows, first, last, block, losses, right):  # type: ignore[no-untyped-def]
    """Loss of each example from ``first`` to ``last`` (nats), and whether its highest logit is right."""
    for start in range(first, last, BLOCK):
        stop = min(start + BLOCK, last)
        _forward(tables, rows, start, stop, block, False)
        for i in range(stop - start):
            label, logits = rows.labels[start + i], block.logits[i, : len(block.probabilities)]
            losses[start + i] = cross_entropy(logits, label, block.probabilities)
            right[start + i] = highest(logits) == label


@vectorised_entry
def learn_examples(tables, rows, first, last, block, sums, losses):  # type: ignore[no-untyped-def]
    """As `evaluate_examples`; also ``sums``, the gradients of the mean loss over the whole batch."""
    clear(sums.scores.reshape(-1))
    clear(sums.mixed.reshape(-1))
    clear(sums.base)
    clear(sums.w_logit.reshape(-1))
    for start in range(first, last, BLOCK):
        stop = min(start + BLOCK, last)
        _forward(tables, rows, start, stop, block, len(rows.kept) > 0)
        for i in range(stop - start):
            label, logits = rows.labels[start + i], block.logits[i, : len(block.probabilities)]
            losses[start + i] = cross_entropy(logits, label, block.probabilities)
            cross_entropy_backward(logits, label, block.probabilities, len(rows.labels))
        _backward(tables, rows, start, stop, block, sums)


@vectorised
def _forward(tables, rows, start, stop, block, drop):  # type: ignore[no-untyped-def]
    neurons, width, count = len(tables.w_logit), len(tables.base), stop - start
    answers, table = width - neurons, tables.mixed.reshape(-1, width)
    for i in range(count):
        softmax(tables.scores, rows.places[start + i], block.common[i], block.own[i])
    _mix_common(tables, rows, start, stop, block)
    for i in range(count):
        pre, logits = block.pre[i], block.logits[i]
        mix(table, rows.terms[start + i], block.own[i], pre[:width])
        copy(pre[neurons:width], logits[:answers])
        clear(logits[answers:])
        if drop:
            _drop(rows.kept[start + i], pre)
        positive(pre, neurons, block.masks[:, i])
    masked_product(block.masks, block.pre, count, tables.w_logit, block.logits)


@vectorised
def _drop(kept, pre):  # type: ignore[no-untyped-def]
    """What is not positive has neither a value after the ReLU nor a gradient."""
    for k in range(len(kept)):
        pre[k] = pre[k] if kept[k] else 0


@vectorised
def _backward(tables, rows, start, stop, block, sums):  # type: ignore[no-untyped-def]
    neurons, count = len(tables.w_logit), stop - start
    answers = len(tables.base) - neurons
    table, table_sum = tables.mixed.reshape(-1, len(tables.base)), sums.mixed.reshape(-1, len(tables.base))
    for first in range(0, count, BITS):
        turn(block.masks, first, count, block.turned)
        masked_product_transposed_left(block.turned, block.pre, first, block.logits, sums.w_logit)
    masked_dots(block.masks, block.logits, count, tables.w_logit, answers, block.back)
    for i in range(count):
        back, pre = block.back[i], block.pre[i]
        for k in range(neurons):
            back[k] = back[k] if pre[k] > 0 else 0
        copy(block.logits[i, :answers], back[neurons : neurons + answers])
    _mix_common_backward(tables, rows, start, stop, block, sums)
    for i in range(count):
        own, slopes, index = block.own[i], block.own_slopes, rows.places[start + i]
        mix_backward(table, rows.terms[start + i], own, block.back[i, : table.shape[1]], table_sum, slopes)
        softmax_backward(index, block.common[i], own, block.common_slopes[:, i], slopes, sums.scores)


@vectorised
def _mix_common(tables, rows, start, stop, block):  # type: ignore[no-untyped-def]
    """The terms that neighbours share: one product for all examples with the same first token."""
    count, width, first = 2 * tables.mixed.shape[1] + 1, len(tables.base), start
    while first < stop:
        last = min(rows.run_end[first], stop)
        a, b = first - start, last - start
        _gather(tables, rows.places[first], block.common_rows)
        # The rows after b that this writes, too, are those of the next run.
        small_product(block.common[a:b], block.common_rows[:count], block.pre[a:b, :width], 0)
        first = last


@vectorised
def _mix_common_backward(tables, rows, start, stop, block, sums):  # type: ignore[no-untyped-def]
    count, width, first = 2 * tables.mixed.shape[1] + 1, len(tables.base), start
    while first < stop:
        last = min(rows.run_end[first], stop)
        a, b = first - start, last - start
        common_rows, back = block.common_rows[:count, :width], block.back[a:b, :width]
        _gather(tables, rows.places[first], block.common_rows)
        small_product_transposed_right(common_rows, back, block.common_slopes[:count, a:b])
        small_product_transposed_left(block.common[a:b, :count], back, common_rows, 0)
        _scatter(block.common_rows, rows.places[first], sums)
        first = last


@vectorised
def _gather(tables, index, common_rows):  # type: ignore[no-untyped-def]
    """Rows of the first and last position, by head, and the base."""
    heads, width = tables.mixed.shape[1], len(tables.base)
    for h in range(heads):
        copy(tables.mixed[index[0], h], common_rows[h, :width])
        copy(tables.mixed[index[len(index) - 1], h], common_rows[heads + h, :width])
    copy(tables.base, common_rows[2 * heads, :width])


@vectorised
def _scatter(common_rows, index, sums):  # type: ignore[no-untyped-def]
    heads = sums.mixed.shape[1]
    for h in range(heads):
        add(common_rows[h], sums.mixed[index[0], h])
        add(common_rows[heads + h], sums.mixed[index[len(index) - 1], h])
    add(common_rows[2 * heads], sums.base)
