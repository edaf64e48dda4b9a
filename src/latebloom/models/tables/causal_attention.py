"""The attention of all heads in one sequence, and its gradients, without the pairs that a query does not see.

Patterns are stored transposed, one row per key, so that a vector holds several queries: the highest score, the
exponentials and their sum then need no sums within a vector. A pattern is left undivided by its sum, whose inverse
(``share``) goes into the outputs and into their gradients.

Arrays are larger than what is used of them, see `small_products`. ``rows``: one per position, with keys of all heads
from the column ``at`` on, and values after them. seen (Q): how many keys each query sees, the first ones; it
increases. first (K): the first query that sees each key.
"""

from latebloom.models.tables.compiled import vectorised
from latebloom.models.tables.loops import clear, copy, scale
from latebloom.models.tables.small_products import LANES, ROWS, small_product, small_product_transposed_left
from latebloom.models.tables.vector_exponential import power_of_e


@vectorised
def attend(queries, rows, at, heads, d_head, seen, first, patterns, shares, turned, top, outs):  # type: ignore[no-untyped-def]
    """Writes patterns (H, K, Q), undivided; shares (H, Q); outs (Q, H · d_head).

    queries (Q, H · d_head): scaled. Workspace: turned (H · d_head, Q), top (Q).
    """
    width = heads * d_head
    _turn(queries, len(seen), width, turned)
    for h in range(heads):
        here = h * d_head
        keys, values = rows[:, at + here : at + here + d_head], rows[:, at + width + here : at + width + here + d_head]
        _seen_products(keys, turned[here : here + d_head], len(seen), first, patterns[h])
        _softmax(patterns[h], shares[h], len(seen), first, top)
        _sums_over_keys(patterns[h], values, seen, outs[:, here : here + d_head])
        for i in range(len(seen)):
            scale(shares[h, i], outs[i, here : here + d_head])


@vectorised
def attend_backward(  # type: ignore[no-untyped-def]
    queries,
    rows,
    at,
    heads,
    d_head,
    seen,
    first,
    patterns,
    shares,
    turned,
    means,
    slopes,
    outs,
    outs_back,
    queries_back,
    rows_back,
):
    """Writes queries_back and the keys' and values' part of rows_back; changes outs_back, the gradient of ``outs``.

    Workspace: turned, means (Q), slopes (K, Q).
    """
    width = heads * d_head
    for h in range(heads):
        for i in range(len(seen)):
            scale(shares[h, i], outs_back[i, h * d_head : (h + 1) * d_head])
    _turn(outs_back, len(seen), width, turned)
    for h in range(heads):
        here = h * d_head
        own, keys = slice(here, here + d_head), slice(at + here, at + here + d_head)
        values = slice(at + width + here, at + width + here + d_head)
        _seen_products(rows[:, values], turned[here : here + d_head], len(seen), first, slopes)
        _softmax_backward(patterns[h], outs, outs_back, here, d_head, len(seen), first, means, slopes)
        _sums_over_keys(slopes, rows[:, keys], seen, queries_back[:, own])
        _sums_over_queries(slopes, queries[:, own], len(seen), first, rows_back[:, keys])
        _sums_over_queries(patterns[h], outs_back[:, own], len(seen), first, rows_back[:, values])


# Loops begin at 0, in parts of rows: the compiler makes vector instructions of no other.
@vectorised
def _softmax(pattern, share, count, first, top):  # type: ignore[no-untyped-def]
    """Replaces scores by their exponentials; ``share``: the inverse of their sum."""
    copy(pattern[0], top[:count])
    for j in range(1, len(first)):
        row, highest = pattern[j, first[j] : count], top[first[j] : count]
        for i in range(len(row)):
            highest[i] = row[i] if row[i] > highest[i] else highest[i]
    clear(share[:count])
    for j in range(len(first)):
        _clear_before(pattern[j], first[j])
        row, highest, total = pattern[j, first[j] : count], top[first[j] : count], share[first[j] : count]
        for i in range(len(row)):
            row[i] = power_of_e(row[i] - highest[i])
        for i in range(len(row)):
            total[i] += row[i]
    for i in range(count):
        share[i] = 1 / share[i]


@vectorised
def _softmax_backward(pattern, outs, outs_back, here, d_head, count, first, means, slopes):  # type: ignore[no-untyped-def]
    """Replaces slopes of a pattern by those of its scores: weight · (slope - Σ weight · slope)."""
    for i in range(count):
        out, back, mean = outs[i, here : here + d_head], outs_back[i, here : here + d_head], means.dtype.type(0)
        for k in range(len(out)):
            mean += out[k] * back[k]
        means[i] = mean
    for j in range(len(first)):
        _clear_before(slopes[j], first[j])
        row, weights, mean_of = slopes[j, first[j] : count], pattern[j, first[j] : count], means[first[j] : count]
        for i in range(len(row)):
            row[i] = weights[i] * (row[i] - mean_of[i])


@vectorised
def _clear_before(row, start):  # type: ignore[no-untyped-def]
    """Zeros for those queries before ``start`` that share a tile with it."""
    clear(row[max(start - ROWS + 1, 0) : start])


@vectorised
def _turn(rows, count, width, out):  # type: ignore[no-untyped-def]
    """out = rowsᵀ."""
    for i in range(count):
        for k in range(width):
            out[k, i] = rows[i, k]


@vectorised
def _seen_products(left, right_t, queries, first, out):  # type: ignore[no-untyped-def]
    """out[j, i] = left[j] · right_t[:, i] where query i sees key j, and something elsewhere."""
    stop = -(-queries // LANES) * LANES
    for row in range(0, len(first), ROWS):
        start = first[row] // LANES * LANES
        small_product(left[row : row + ROWS], right_t[:, start:stop], out[row : row + ROWS, start:stop], 0)


@vectorised
def _sums_over_keys(weights, rows, seen, out):  # type: ignore[no-untyped-def]
    """out[i] = Σ_j weights[j, i] · rows[j] over the keys that query i sees."""
    for row in range(0, len(seen), ROWS):
        keys = seen[min(row + ROWS, len(seen)) - 1]
        small_product_transposed_left(weights[:, row:], rows[:keys], out[row : row + ROWS], 0)


@vectorised
def _sums_over_queries(weights, rows, queries, first, out):  # type: ignore[no-untyped-def]
    """out[j] = Σ_i weights[j, i] · rows[i] over the queries that see key j."""
    for row in range(0, len(first), ROWS):
        start = first[row]
        small_product(weights[row:, start:], rows[start:queries], out[row : row + ROWS], 0)
