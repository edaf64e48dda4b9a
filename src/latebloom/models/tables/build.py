"""From weights to tables, in three parts: `start`, then two halves that may run in parallel."""

import numpy as np

from latebloom.models.tables.blas import product, product_transposed_right
from latebloom.models.tables.compiled import entry, inner
from latebloom.models.tables.loops import add, copy, scale


@entry
def start(weights, rows, tables):  # type: ignore[no-untyped-def]
    """The inputs of both halves: ``resid`` and ``read``."""
    neurons = weights.W_in.shape[1]
    for i in range(len(tables.read)):
        copy(weights.W_in[i], tables.read[i, :neurons])
        copy(weights.W_U[i], tables.read[i, neurons:])
    for r in range(len(rows.token)):
        copy(weights.W_E[rows.token[r]], tables.resid[r])
        add(weights.W_pos[rows.position[r]], tables.resid[r])


@entry
def build(weights, rows, tables, half):  # type: ignore[no-untyped-def]
    """Half 0: the scores and half of the heads; half 1: the other heads, the base and W_logit."""
    heads = len(weights.W_V)
    middle = (heads + 1) // 2
    if half == 0:
        _scores(weights, rows, tables)
    else:
        _base(weights, rows, tables)
        product(weights.W_out, weights.W_U, tables.w_logit[:, : weights.W_U.shape[1]], 0)
    for h in range(half * middle, middle + half * (heads - middle)):
        product(tables.resid, weights.W_V[h], tables.values[h], 0)
        product(weights.W_O[h], tables.read, tables.fold[h], 0)
        product(tables.values[h], tables.fold[h], tables.mixed[:, h], 0)


@inner
def _scores(weights, rows, tables):  # type: ignore[no-untyped-def]
    last = rows.query[0]
    last_resid = tables.resid[last : last + 1]
    factor = last_resid.dtype.type(1 / np.sqrt(weights.W_Q.shape[2]))
    for h in range(len(weights.W_Q)):
        query, key = tables.query[h : h + 1], tables.key[h : h + 1]
        product(last_resid, weights.W_Q[h], query, 0)
        scale(factor, query[0])
        product_transposed_right(query, weights.W_K[h], key, 0)
    product_transposed_right(tables.resid, tables.key, tables.scores, 0)


@inner
def _base(weights, rows, tables):  # type: ignore[no-untyped-def]
    neurons, last = weights.W_in.shape[1], rows.query[0]
    copy(weights.b_in, tables.base[:neurons])
    base = tables.base.reshape(1, -1)
    product(weights.b_out.reshape(1, -1), weights.W_U, base[:, neurons:], 0)
    product(tables.resid[last : last + 1], tables.read, base, 1)
