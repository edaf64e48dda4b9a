"""From weights to tables, and from gradients of the tables back to gradients of the weights."""

import numpy as np

from latebloom.models.tables.blas import product, product_transposed_left, product_transposed_right
from latebloom.models.tables.compiled import entry, inner
from latebloom.models.tables.loops import add, clear, copy


@entry
def build(weights, rows, tables):  # type: ignore[no-untyped-def]
    """Fill the tables."""
    neurons = weights.W_in.shape[1]
    for i in range(len(tables.read)):
        copy(weights.W_in[i], tables.read[i, :neurons])
        copy(weights.W_U[i], tables.read[i, neurons:])
    for r in range(len(rows.token)):
        copy(weights.W_E[rows.token[r]], tables.resid[r])
        add(weights.W_pos[rows.position[r]], tables.resid[r])
    _attend(weights, rows, tables)
    for h in range(len(weights.W_V)):
        product(tables.resid, weights.W_V[h], tables.values[h], 0)
        product(weights.W_O[h], tables.read, tables.fold[h], 0)
        product(tables.values[h], tables.fold[h], tables.mixed[:, h], 0)
    _base(weights, rows, tables)
    product(weights.W_out, weights.W_U, tables.w_logit, 0)


@inner
def _attend(weights, rows, tables):  # type: ignore[no-untyped-def]
    last = rows.query[0]
    skip = tables.resid[last : last + 1]
    scale = skip.dtype.type(1 / np.sqrt(weights.W_Q.shape[2]))
    for h in range(len(weights.W_Q)):
        query, key = tables.query[h : h + 1], tables.key[h : h + 1]
        product(skip, weights.W_Q[h], query, 0)
        _scale(query, scale)
        product_transposed_right(query, weights.W_K[h], key, 0)
    product_transposed_right(tables.resid, tables.key, tables.scores, 0)


@inner
def _base(weights, rows, tables):  # type: ignore[no-untyped-def]
    neurons, last = weights.W_in.shape[1], rows.query[0]
    copy(weights.b_in, tables.base[:neurons])
    base = tables.base.reshape(1, -1)
    product(weights.b_out.reshape(1, -1), weights.W_U, base[:, neurons:], 0)
    product(tables.resid[last : last + 1], tables.read, base, 1)


@inner
def _scale(row, factor):  # type: ignore[no-untyped-def]
    for i in range(row.shape[1]):
        row[0, i] *= factor


@entry
def build_backward(weights, rows, tables, sums, other_sums, back, gradient):  # type: ignore[no-untyped-def]
    """From the halves' sums, gradients of scores, mixed, base and w_logit, to the weights' ``gradient``; ``back`` is
    room."""
    add(other_sums.scores.reshape(-1), sums.scores.reshape(-1))
    add(other_sums.mixed.reshape(-1), sums.mixed.reshape(-1))
    add(other_sums.base, sums.base)
    add(other_sums.w_logit.reshape(-1), sums.w_logit.reshape(-1))
    neurons = weights.W_in.shape[1]
    clear(back.resid.reshape(-1))
    product_transposed_right(sums.w_logit, weights.W_U, gradient.W_out, 0)
    _base_backward(weights, rows, tables, sums, back, gradient)
    for h in range(len(weights.W_V)):
        mixed = sums.mixed[:, h]
        product_transposed_right(mixed, tables.fold[h], back.values[h], 0)
        product_transposed_left(tables.values[h], mixed, back.fold[h], 0)
        product_transposed_left(tables.resid, back.values[h], gradient.W_V[h], 0)
        product_transposed_right(back.values[h], weights.W_V[h], back.resid, 1)
        product_transposed_right(back.fold[h], tables.read, gradient.W_O[h], 0)
        product_transposed_left(weights.W_O[h], back.fold[h], back.read, 1)
    _attend_backward(weights, rows, tables, sums, back, gradient)
    for i in range(len(back.read)):
        copy(back.read[i, :neurons], gradient.W_in[i])
        copy(back.read[i, neurons:], gradient.W_U[i])
    product_transposed_left(weights.b_out.reshape(1, -1), sums.base[neurons:].reshape(1, -1), gradient.W_U, 1)
    product_transposed_left(weights.W_out, sums.w_logit, gradient.W_U, 1)
    clear(gradient.W_E.reshape(-1))
    clear(gradient.W_pos.reshape(-1))
    for r in range(len(rows.token)):
        add(back.resid[r], gradient.W_E[rows.token[r]])
        add(back.resid[r], gradient.W_pos[rows.position[r]])


@inner
def _base_backward(weights, rows, tables, sums, back, gradient):  # type: ignore[no-untyped-def]
    """Overwrites ``back.read`` and adds to ``back.resid``."""
    neurons, last = weights.W_in.shape[1], rows.query[0]
    base = sums.base.reshape(1, -1)
    copy(sums.base[:neurons], gradient.b_in)
    product_transposed_right(base[:, neurons:], weights.W_U, gradient.b_out.reshape(1, -1), 0)
    product_transposed_right(base, tables.read, back.resid[last : last + 1], 1)
    product_transposed_left(tables.resid[last : last + 1], base, back.read, 0)


@inner
def _attend_backward(weights, rows, tables, sums, back, gradient):  # type: ignore[no-untyped-def]
    last = rows.query[0]
    skip, skip_back = tables.resid[last : last + 1], back.resid[last : last + 1]
    scale = skip.dtype.type(1 / np.sqrt(weights.W_Q.shape[2]))
    product(sums.scores, tables.key, back.resid, 1)
    product_transposed_left(sums.scores, tables.resid, back.key, 0)
    for h in range(len(weights.W_Q)):
        query, key = back.query[h : h + 1], back.key[h : h + 1]
        product(key, weights.W_K[h], query, 0)
        product_transposed_left(key, tables.query[h : h + 1], gradient.W_K[h], 0)
        _scale(query, scale)
        product_transposed_left(skip, query, gradient.W_Q[h], 0)
        product_transposed_right(query, weights.W_Q[h], skip_back, 1)
