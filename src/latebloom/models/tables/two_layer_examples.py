"""From tables to the losses of two layers of attention and back, one sequence at a time.

All arrays of a sequence stay in a core's cache. They have a row for each position up to the last one with a label
("seen"), or one for each position with a label ("asked").
"""

from typing import NamedTuple

import numpy as np

from latebloom.models.tables.arrays import aligned
from latebloom.models.tables.causal_attention import attend, attend_backward
from latebloom.models.tables.compiled import vectorised, vectorised_entry
from latebloom.models.tables.cross_entropy import cross_entropy, highest, slope_of_logits
from latebloom.models.tables.loops import add, clear, copy
from latebloom.models.tables.small_products import roomy, small_product, small_product_transposed_left
from latebloom.tasks import IGNORE


class Sizes(NamedTuple):
    """H heads of width d_head in each layer, z logits, V tokens."""

    heads: int
    d_head: int
    outputs: int
    tokens: int


class TwoLayerTables(NamedTuple):
    """Values that sequences read; also used for their gradients. Arrays have room, see `small_products`.

    Sizes: N = tokens + positions, D = heads · d_head, z logits. An entry of a token and one of a position are added.
    seen (N, 5 D): queries, keys and values of the first layer, then what keys and values of the second have of the
    embedding. asked (N, D + z): what the queries of the second layer have of it, then the logits. fold_seen (D, 2 D),
    fold_asked (D, D + z): what they have of the first layer's heads. fold_out (D, z): logits of the second layer's
    heads. Queries are scaled.
    """

    seen: np.ndarray
    asked: np.ndarray
    fold_seen: np.ndarray
    fold_asked: np.ndarray
    fold_out: np.ndarray


class Transposed(NamedTuple):
    """The folds of `TwoLayerTables`, transposed: seen (2 D, D), asked (D + z, D), out (z, D)."""

    seen: np.ndarray
    asked: np.ndarray
    out: np.ndarray


class Sequences(NamedTuple):
    """A batch: tokens (B, P); labels (B, Q), or `IGNORE`; positions (Q): theirs, increasing; counted (1): how many
    labels there are."""

    tokens: np.ndarray
    labels: np.ndarray
    positions: np.ndarray
    counted: np.ndarray


class SequenceBlock(NamedTuple):
    """Workspace for one sequence; one per worker.

    seen, seen_back (P, 5 D), asked, asked_back (Q, D + z): rows as in the tables. heads, heads_back (P, D), later,
    later_back (Q, D): outputs of both layers' heads. early, early_back (Q, D): those of the first at positions with a
    label. patterns (H, P, P), later_patterns (H, P, Q), shares (H, P), later_shares (H, Q), turned (D, P), slopes
    (P, P), column (P): see `attend`. where (Q): the positions of labels. first, later_first (P), counts (P),
    later_counts (Q): who sees whom. probabilities (z): as in `Block`.
    """

    seen: np.ndarray
    seen_back: np.ndarray
    asked: np.ndarray
    asked_back: np.ndarray
    heads: np.ndarray
    heads_back: np.ndarray
    later: np.ndarray
    later_back: np.ndarray
    early: np.ndarray
    early_back: np.ndarray
    patterns: np.ndarray
    later_patterns: np.ndarray
    shares: np.ndarray
    later_shares: np.ndarray
    turned: np.ndarray
    slopes: np.ndarray
    column: np.ndarray
    where: np.ndarray
    first: np.ndarray
    later_first: np.ndarray
    counts: np.ndarray
    later_counts: np.ndarray
    probabilities: np.ndarray


def new_two_layer_tables(entries: int, sizes: Sizes, dtype: np.dtype) -> TwoLayerTables:
    """Arrays for this many tokens and positions."""
    width = sizes.heads * sizes.d_head
    rows = (entries, 5 * width), (entries, width + sizes.outputs)
    folds = (width, 2 * width), (width, width + sizes.outputs), (width, sizes.outputs)
    return TwoLayerTables(*(aligned(roomy(*shape), dtype) for shape in (*rows, *folds)))


def new_transposed(sizes: Sizes, dtype: np.dtype) -> Transposed:
    """Arrays for the transposed folds."""
    width = sizes.heads * sizes.d_head
    rows = (2 * width, width + sizes.outputs, sizes.outputs)
    return Transposed(*(aligned(roomy(count, width), dtype) for count in rows))


def new_sequence_block(
    positions: int, answers: int, sizes: Sizes, dtype: np.dtype, loss_dtype: np.dtype
) -> SequenceBlock:
    """Arrays for the block of one worker."""
    width = sizes.heads * sizes.d_head
    rows = [(positions, 5 * width)] * 2 + [(answers, width + sizes.outputs)] * 2
    rows += [(positions, width)] * 2 + [(answers, width)] * 4
    arrays = [aligned(roomy(*shape), dtype) for shape in rows]
    arrays += [aligned((sizes.heads, *roomy(positions, count)), dtype) for count in (positions, answers)]
    arrays += [aligned((sizes.heads, count), dtype) for count in (positions, answers)]
    arrays += [aligned(roomy(count, positions), dtype) for count in (width, positions)]
    arrays += [aligned((positions,), dtype)]
    arrays += [aligned((count,), np.int64) for count in (answers, positions, positions, positions, answers)]
    arrays.append(aligned((sizes.outputs,), loss_dtype))
    return SequenceBlock(*arrays)


@vectorised_entry
def evaluate_sequences(tables, sizes, rows, first, last, block, losses, right):  # type: ignore[no-untyped-def]
    """Loss of each label of the sequences from ``first`` to ``last`` (nats), and whether its highest logit is right;
    0 and False where there is none."""
    width = sizes.heads * sizes.d_head
    for example in range(first, last):
        asked = _places(rows, example, block)
        if asked > 0:
            _forward(tables, sizes, rows.tokens[example], asked, block)
        i = 0
        for q in range(len(rows.positions)):
            label = rows.labels[example, q]
            losses[example, q], right[example, q] = 0, False
            if label != IGNORE:
                logits = block.asked[i, width : width + sizes.outputs]
                losses[example, q] = cross_entropy(logits, label, block.probabilities)
                right[example, q] = highest(logits) == label
                i += 1


@vectorised_entry
def learn_sequences(tables, sizes, rows, first, last, transposed, block, sums, losses):  # type: ignore[no-untyped-def]
    """As `evaluate_sequences`; also ``sums``, the gradients of the mean loss over all labels of the batch."""
    for array in sums:
        clear(array.reshape(-1))
    width = sizes.heads * sizes.d_head
    scale = block.probabilities.dtype.type(1 / rows.counted[0])
    for example in range(first, last):
        asked = _places(rows, example, block)
        if asked > 0:
            _forward(tables, sizes, rows.tokens[example], asked, block)
        i = 0
        for q in range(len(rows.positions)):
            label = rows.labels[example, q]
            losses[example, q] = 0
            if label != IGNORE:
                logits, back = block.asked[i], block.asked_back[i]
                logits, back = logits[width : width + sizes.outputs], back[width : width + sizes.outputs]
                losses[example, q] = cross_entropy(logits, label, block.probabilities)
                block.probabilities[label] -= 1
                slope_of_logits(block.probabilities, scale, back)
                i += 1
        if asked > 0:
            _backward(tables, transposed, sizes, rows.tokens[example], asked, block, sums)


@vectorised
def _places(rows, example, block):  # type: ignore[no-untyped-def]
    """The number of labels of a sequence; writes their positions, and which queries see which keys."""
    asked = 0
    for q in range(len(rows.positions)):
        if rows.labels[example, q] != IGNORE:
            block.where[asked] = rows.positions[q]
            block.later_counts[asked] = rows.positions[q] + 1
            asked += 1
    i = 0
    for j in range(block.where[asked - 1] + 1 if asked > 0 else 0):
        i += 1 if block.where[i] < j else 0
        block.first[j], block.later_first[j], block.counts[j] = j, i, j + 1
    return asked


@vectorised
def _forward(tables, sizes, tokens, asked, block):  # type: ignore[no-untyped-def]
    heads, d_head, seen = sizes.heads, sizes.d_head, block.where[asked - 1] + 1
    width = heads * d_head
    for j in range(seen):
        _sum(tables.seen[tokens[j]], tables.seen[sizes.tokens + j], block.seen[j])
    for i in range(asked):
        j = block.where[i]
        _sum(tables.asked[tokens[j]], tables.asked[sizes.tokens + j], block.asked[i])
    workspace = block.turned, block.column
    attend(
        block.seen,
        block.seen,
        width,
        heads,
        d_head,
        block.counts[:seen],
        block.first[:seen],
        block.patterns,
        block.shares,
        *workspace,
        block.heads,
    )
    small_product(
        block.heads[:seen], tables.fold_seen[:width, : 2 * width], block.seen[:seen, 3 * width : 5 * width], 1
    )
    for i in range(asked):
        copy(block.heads[block.where[i]], block.early[i])
    later = width + sizes.outputs
    small_product(block.early[:asked], tables.fold_asked[:width, :later], block.asked[:asked, :later], 1)
    attend(
        block.asked,
        block.seen,
        3 * width,
        heads,
        d_head,
        block.later_counts[:asked],
        block.later_first[:seen],
        block.later_patterns,
        block.later_shares,
        *workspace,
        block.later,
    )
    small_product(block.later[:asked], tables.fold_out[:width], block.asked[:asked, width:later], 1)


@vectorised
def _backward(tables, transposed, sizes, tokens, asked, block, sums):  # type: ignore[no-untyped-def]
    heads, d_head, seen = sizes.heads, sizes.d_head, block.where[asked - 1] + 1
    width = heads * d_head
    later = width + sizes.outputs
    logits_back = block.asked_back[:asked, width:later]
    small_product(logits_back, transposed.out[: sizes.outputs], block.later_back[:asked, :width], 0)
    small_product_transposed_left(block.later[:asked], logits_back, sums.fold_out[:width, : sizes.outputs], 1)
    workspace = block.turned, block.column, block.slopes
    attend_backward(
        block.asked,
        block.seen,
        3 * width,
        heads,
        d_head,
        block.later_counts[:asked],
        block.later_first[:seen],
        block.later_patterns,
        block.later_shares,
        *workspace,
        block.later,
        block.later_back,
        block.asked_back,
        block.seen_back,
    )
    small_product(block.asked_back[:asked], transposed.asked[:later], block.early_back[:asked, :width], 0)
    small_product_transposed_left(
        block.early[:asked], block.asked_back[:asked, :later], sums.fold_asked[:width, :later], 1
    )
    keys_back = block.seen_back[:seen, 3 * width : 5 * width]
    small_product(keys_back, transposed.seen[: 2 * width], block.heads_back[:seen, :width], 0)
    small_product_transposed_left(block.heads[:seen], keys_back, sums.fold_seen[:width, : 2 * width], 1)
    for i in range(asked):
        add(block.early_back[i], block.heads_back[block.where[i]])
    attend_backward(
        block.seen,
        block.seen,
        width,
        heads,
        d_head,
        block.counts[:seen],
        block.first[:seen],
        block.patterns,
        block.shares,
        *workspace,
        block.heads,
        block.heads_back,
        block.seen_back,
        block.seen_back,
    )
    for j in range(seen):
        add(block.seen_back[j], sums.seen[tokens[j]])
        add(block.seen_back[j], sums.seen[sizes.tokens + j])
    for i in range(asked):
        j = block.where[i]
        add(block.asked_back[i], sums.asked[tokens[j]])
        add(block.asked_back[i], sums.asked[sizes.tokens + j])


@vectorised
def _sum(left, right, out):  # type: ignore[no-untyped-def]
    for k in range(len(out)):
        out[k] = left[k] + right[k]
