"""From gradients of the tables to gradients of the weights: two halves that may run in parallel, then `finish`."""

import numpy as np

from latebloom.models.tables.blas import product, product_transposed_left, product_transposed_right
from latebloom.models.tables.compiled import entry, inner
from latebloom.models.tables.loops import add, clear, copy, scale


@entry
def build_backward(weights, rows, tables, sums, other_sums, back, gradient, half):  # type: ignore[no-untyped-def]
    """Merge both workers' sums and propagate back to ``resid`` and ``read``; each half has its own gradients of these.

    Half 0: the base and half of the heads; half 1: the other heads and W_logit.
    """
    heads = len(weights.W_V)
    middle = (heads + 1) // 2
    clear(back.resid.reshape(-1))
    if half == 0:
        add(other_sums.scores.reshape(-1), sums.scores.reshape(-1))
        add(other_sums.base, sums.base)
        _base_backward(weights, rows, tables, sums, back, gradient)
    else:
        add(other_sums.w_logit.reshape(-1), sums.w_logit.reshape(-1))
        clear(back.read.reshape(-1))
        w_logit = sums.w_logit[:, : weights.W_U.shape[1]]
        product_transposed_right(w_logit, weights.W_U, gradient.W_out, 0)
        product_transposed_left(weights.W_out, w_logit, back.read[:, weights.W_in.shape[1] :], 1)
    for h in range(half * middle, middle + half * (heads - middle)):
        _head_backward(weights, tables, sums, other_sums, back, gradient, h)


@entry
def finish(weights, rows, tables, sums, back, other_back, gradient):  # type: ignore[no-untyped-def]
    """Merge the halves, and propagate back to the remaining weights."""
    neurons = weights.W_in.shape[1]
    add(other_back.resid.reshape(-1), back.resid.reshape(-1))
    _scores_backward(weights, rows, tables, sums, back, gradient)
    for i in range(len(back.read)):
        add(other_back.read[i], back.read[i])
        copy(back.read[i, :neurons], gradient.W_in[i])
        copy(back.read[i, neurons:], gradient.W_U[i])
    clear(gradient.W_E.reshape(-1))
    clear(gradient.W_pos.reshape(-1))
    for r in range(len(rows.token)):
        add(back.resid[r], gradient.W_E[rows.token[r]])
        add(back.resid[r], gradient.W_pos[rows.position[r]])


@inner
def _head_backward(weights, tables, sums, other_sums, back, gradient, h):  # type: ignore[no-untyped-def]
    mixed = sums.mixed[:, h]
    for r in range(len(mixed)):
        add(other_sums.mixed[r, h], mixed[r])
    product_transposed_right(mixed, tables.fold[h], back.values[h], 0)
    product_transposed_left(tables.values[h], mixed, back.fold[h], 0)
    product_transposed_left(tables.resid, back.values[h], gradient.W_V[h], 0)
    product_transposed_right(back.values[h], weights.W_V[h], back.resid, 1)
    product_transposed_right(back.fold[h], tables.read, gradient.W_O[h], 0)
    product_transposed_left(weights.W_O[h], back.fold[h], back.read, 1)


@inner
def _base_backward(weights, rows, tables, sums, back, gradient):  # type: ignore[no-untyped-def]
    """Overwrites ``back.read`` and adds to ``back.resid``."""
    neurons, last = weights.W_in.shape[1], rows.query[0]
    base = sums.base.reshape(1, -1)
    copy(sums.base[:neurons], gradient.b_in)
    product_transposed_right(base[:, neurons:], weights.W_U, gradient.b_out.reshape(1, -1), 0)
    product_transposed_right(base, tables.read, back.resid[last : last + 1], 1)
    product_transposed_left(tables.resid[last : last + 1], base, back.read, 0)
    product_transposed_left(weights.b_out.reshape(1, -1), base[:, neurons:], back.read[:, neurons:], 1)


@inner
def _scores_backward(weights, rows, tables, sums, back, gradient):  # type: ignore[no-untyped-def]
    last = rows.query[0]
    last_resid, last_resid_back = tables.resid[last : last + 1], back.resid[last : last + 1]
    factor = last_resid.dtype.type(1 / np.sqrt(weights.W_Q.shape[2]))
    product(sums.scores, tables.key, back.resid, 1)
    product_transposed_left(sums.scores, tables.resid, back.key, 0)
    for h in range(len(weights.W_Q)):
        query, key = back.query[h : h + 1], back.key[h : h + 1]
        product(key, weights.W_K[h], query, 0)
        product_transposed_left(key, tables.query[h : h + 1], gradient.W_K[h], 0)
        scale(factor, query[0])
        product_transposed_left(last_resid, query, gradient.W_Q[h], 0)
        product_transposed_right(query, weights.W_Q[h], last_resid_back, 1)
