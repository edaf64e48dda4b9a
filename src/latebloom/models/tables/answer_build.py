"""From weights to the tables of several answers per example, and from the tables' gradients to those of the weights.

Each direction is two halves that may run in parallel, with a beginning or an end: attention and the residual stream;
and what follows the heads. Sizes as in `AnswerTables`.
"""

from typing import NamedTuple

import numpy as np

from latebloom.models.tables.blas import product, product_transposed_left, product_transposed_right
from latebloom.models.tables.compiled import entry, inner
from latebloom.models.tables.loops import add, clear, copy, scale


class AnswerPairs(NamedTuple):
    """token, position (R): the pairs that occur. query (S): those at the positions with loss."""

    token: np.ndarray
    position: np.ndarray
    query: np.ndarray


class AnswerInputs(NamedTuple):
    """What the tables are computed from; also used for gradients.

    stream (R, d_model), asking (S, d_model): the residual stream of pairs. queries (H, S, d_head): scaled. keys
    (H, R, d_head). read (d_model, n + z): W_in, then W_U. other_read: for the gradient of the second half.
    """

    stream: np.ndarray
    asking: np.ndarray
    queries: np.ndarray
    keys: np.ndarray
    read: np.ndarray
    other_read: np.ndarray


@entry
def start_answers(weights, pairs, inputs):  # type: ignore[no-untyped-def]
    """The inputs of both halves."""
    neurons, outputs = weights.W_in.shape[1], weights.W_U.shape[1]
    for i in range(len(inputs.read)):
        copy(weights.W_in[i], inputs.read[i, :neurons])
        copy(weights.W_U[i], inputs.read[i, neurons : neurons + outputs])
    for r in range(len(pairs.token)):
        copy(weights.W_E[pairs.token[r]], inputs.stream[r])
        add(weights.W_pos[pairs.position[r]], inputs.stream[r])
    for s in range(len(pairs.query)):
        copy(inputs.stream[pairs.query[s]], inputs.asking[s])


@entry
def build_answers(weights, inputs, tables, half):  # type: ignore[no-untyped-def]
    """Half 0: scores, values and base; half 1: what follows the heads."""
    (heads, d_head, d_model), neurons = weights.W_O.shape, weights.W_in.shape[1]
    if half == 0:
        _attention(weights, inputs, tables)
        _base(weights, inputs, tables)
    else:
        product(weights.W_O.reshape(heads * d_head, d_model), inputs.read, tables.fold, 0)
        product(weights.W_out, inputs.read[:, neurons:], tables.w_logit, 0)


@inner
def _attention(weights, inputs, tables):  # type: ignore[no-untyped-def]
    pairs = len(inputs.stream)
    factor = inputs.stream.dtype.type(1 / np.sqrt(weights.W_Q.shape[2]))
    for h in range(len(weights.W_Q)):
        own = slice(h * pairs, (h + 1) * pairs)
        product(inputs.asking, weights.W_Q[h], inputs.queries[h], 0)
        scale(factor, inputs.queries[h].reshape(-1))
        product(inputs.stream, weights.W_K[h], inputs.keys[h], 0)
        product_transposed_right(inputs.queries[h], inputs.keys[h], tables.scores[:, own], 0)
        product(inputs.stream, weights.W_V[h], tables.values[own], 0)


@inner
def _base(weights, inputs, tables):  # type: ignore[no-untyped-def]
    neurons, first = weights.W_in.shape[1], tables.base[:1]
    copy(weights.b_in, first[0, :neurons])
    product(weights.b_out.reshape(1, -1), inputs.read[:, neurons:], first[:, neurons:], 0)
    for s in range(1, len(tables.base)):
        copy(first[0], tables.base[s])
    product(inputs.asking, inputs.read, tables.base, 1)


@entry
def build_answers_backward(weights, pairs, inputs, sums, back, gradient, half):  # type: ignore[no-untyped-def]
    """``sums``: gradients of the tables. ``back``: workspace for those of ``inputs``."""
    (heads, d_head, d_model), neurons = weights.W_O.shape, weights.W_in.shape[1]
    if half == 0:
        clear(back.stream.reshape(-1))
        clear(back.asking.reshape(-1))
        _attention_backward(weights, inputs, sums, back, gradient)
        _base_backward(weights, inputs, sums, back, gradient)
        _stream_backward(pairs, back, gradient)
    else:
        W_O = weights.W_O.reshape(heads * d_head, d_model)
        W_O_back = gradient.W_O.reshape(heads * d_head, d_model)
        product_transposed_right(sums.fold, inputs.read, W_O_back, 0)
        product_transposed_left(W_O, sums.fold, back.other_read, 0)
        product_transposed_right(sums.w_logit, inputs.read[:, neurons:], gradient.W_out, 0)
        product_transposed_left(weights.W_out, sums.w_logit, back.other_read[:, neurons:], 1)


@entry
def finish_answers(back, gradient):  # type: ignore[no-untyped-def]
    """Merge the halves."""
    neurons, outputs = gradient.W_in.shape[1], gradient.W_U.shape[1]
    for i in range(len(back.read)):
        add(back.other_read[i], back.read[i])
        copy(back.read[i, :neurons], gradient.W_in[i])
        copy(back.read[i, neurons : neurons + outputs], gradient.W_U[i])


@inner
def _attention_backward(weights, inputs, sums, back, gradient):  # type: ignore[no-untyped-def]
    pairs = len(inputs.stream)
    factor = inputs.stream.dtype.type(1 / np.sqrt(weights.W_Q.shape[2]))
    for h in range(len(weights.W_Q)):
        own = slice(h * pairs, (h + 1) * pairs)
        scores, values, queries, keys = sums.scores[:, own], sums.values[own], back.queries[h], back.keys[h]
        product(scores, inputs.keys[h], queries, 0)
        scale(factor, queries.reshape(-1))
        product_transposed_left(scores, inputs.queries[h], keys, 0)
        product_transposed_left(inputs.asking, queries, gradient.W_Q[h], 0)
        product_transposed_left(inputs.stream, keys, gradient.W_K[h], 0)
        product_transposed_left(inputs.stream, values, gradient.W_V[h], 0)
        product_transposed_right(queries, weights.W_Q[h], back.asking, 1)
        product_transposed_right(keys, weights.W_K[h], back.stream, 1)
        product_transposed_right(values, weights.W_V[h], back.stream, 1)


@inner
def _base_backward(weights, inputs, sums, back, gradient):  # type: ignore[no-untyped-def]
    neurons = weights.W_in.shape[1]
    product_transposed_right(sums.base, inputs.read, back.asking, 1)
    product_transposed_left(inputs.asking, sums.base, back.read, 0)
    total = sums.base[:1]  # no longer needed for each pair
    for s in range(1, len(sums.base)):
        add(sums.base[s], total[0])
    copy(total[0, :neurons], gradient.b_in)
    product_transposed_right(total[:, neurons:], inputs.read[:, neurons:], gradient.b_out.reshape(1, -1), 0)
    product_transposed_left(weights.b_out.reshape(1, -1), total[:, neurons:], back.read[:, neurons:], 1)


@inner
def _stream_backward(pairs, back, gradient):  # type: ignore[no-untyped-def]
    for s in range(len(pairs.query)):
        add(back.asking[s], back.stream[pairs.query[s]])
    clear(gradient.W_E.reshape(-1))
    clear(gradient.W_pos.reshape(-1))
    for r in range(len(pairs.token)):
        add(back.stream[r], gradient.W_E[pairs.token[r]])
        add(back.stream[r], gradient.W_pos[pairs.position[r]])
