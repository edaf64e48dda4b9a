"""From the weights of a layer of attention to its tables, and from gradients of the tables to those of the weights."""

from typing import NamedTuple

import numpy as np

from latebloom.models.tables.arrays import aligned
from latebloom.models.tables.blas import product, product_transposed_left, product_transposed_right
from latebloom.models.tables.compiled import entry
from latebloom.models.tables.loops import add, clear, copy, scale


class AttentionWeights(NamedTuple):
    """Views in the shapes of the model's parameters; also used for their gradients."""

    W_E: np.ndarray
    W_pos: np.ndarray
    W_Q: np.ndarray
    W_K: np.ndarray
    W_V: np.ndarray
    W_O: np.ndarray
    W_U: np.ndarray


class AttentionInputs(NamedTuple):
    """What tables are computed from; also used for gradients.

    stream (N, d_model): W_E, then W_pos. read (G, d_model): the stream at the last position. query (G, H, d_head):
    scaled. key (G, H, d_model): W_K query.
    """

    stream: np.ndarray
    read: np.ndarray
    query: np.ndarray
    key: np.ndarray


def new_inputs(weights: AttentionWeights, queries: int, positions: int) -> AttentionInputs:
    """Arrays for this many different tokens at the last position."""
    heads, d_model, d_head = weights.W_Q.shape
    entries = len(weights.W_E) + positions
    shapes = ((entries, d_model), (queries, d_model), (queries, heads, d_head), (queries, heads, d_model))
    return AttentionInputs(*(aligned(shape, weights.W_E.dtype) for shape in shapes))


@entry
def build_attention(weights, last_tokens, residual_scale, inputs, tables):  # type: ignore[no-untyped-def]
    """Writes ``inputs`` and ``tables``. ``residual_scale``: factor on the residual connection around attention."""
    (heads, d_model, d_head), tokens = weights.W_Q.shape, len(weights.W_E)
    stream = inputs.stream
    for i in range(len(stream)):
        copy(weights.W_E[i] if i < tokens else weights.W_pos[i - tokens], stream[i])
    factor = stream.dtype.type(1 / np.sqrt(d_head))
    for g in range(len(last_tokens)):
        read = inputs.read[g : g + 1]
        copy(stream[last_tokens[g]], read[0])
        add(stream[len(stream) - 1], read[0])
        product(read, weights.W_U, tables.base[g : g + 1], 0)
        scale(stream.dtype.type(residual_scale), tables.base[g])
        for h in range(heads):
            query, key = inputs.query[g, h : h + 1], inputs.key[g, h : h + 1]
            product(read, weights.W_Q[h], query, 0)
            scale(factor, query[0])
            product_transposed_right(query, weights.W_K[h], key, 0)
            product_transposed_right(key, stream, tables.scores[g, h : h + 1], 0)
    for h in range(heads):
        product(stream, weights.W_V[h], tables.values[h], 0)
    product(weights.W_O.reshape(heads * d_head, d_model), weights.W_U, tables.fold, 0)


@entry
def build_attention_backward(weights, last_tokens, residual_scale, inputs, back, sums, gradient):  # type: ignore[no-untyped-def]
    """``sums``: gradients of the tables. ``back``: workspace for those of ``inputs``. Writes ``gradient``."""
    (heads, d_model, d_head), tokens = weights.W_Q.shape, len(weights.W_E)
    stream, stream_back = inputs.stream, back.stream
    clear(stream_back.reshape(-1))
    for h in range(heads):
        product_transposed_left(stream, sums.values[h], gradient.W_V[h], 0)
        product_transposed_right(sums.values[h], weights.W_V[h], stream_back, 1)
    W_O = weights.W_O.reshape(heads * d_head, d_model)
    product_transposed_right(sums.fold, weights.W_U, gradient.W_O.reshape(heads * d_head, d_model), 0)
    product_transposed_left(W_O, sums.fold, gradient.W_U, 0)
    clear(gradient.W_Q.reshape(-1))
    clear(gradient.W_K.reshape(-1))
    factor = stream.dtype.type(1 / np.sqrt(d_head))
    for g in range(len(last_tokens)):
        read, read_back = inputs.read[g : g + 1], back.read[g : g + 1]
        base_back = sums.base[g : g + 1]
        scale(stream.dtype.type(residual_scale), base_back[0])
        product_transposed_left(read, base_back, gradient.W_U, 1)
        product_transposed_right(base_back, weights.W_U, read_back, 0)
        for h in range(heads):
            query, key = back.query[g, h : h + 1], back.key[g, h : h + 1]
            scores_back = sums.scores[g, h : h + 1]
            product(scores_back, stream, key, 0)
            product_transposed_left(scores_back, inputs.key[g, h : h + 1], stream_back, 1)
            product(key, weights.W_K[h], query, 0)
            product_transposed_left(key, inputs.query[g, h : h + 1], gradient.W_K[h], 1)
            scale(factor, query[0])
            product_transposed_left(read, query, gradient.W_Q[h], 1)
            product_transposed_right(query, weights.W_Q[h], read_back, 1)
        add(read_back[0], stream_back[last_tokens[g]])
        add(read_back[0], stream_back[len(stream) - 1])
    clear(gradient.W_pos.reshape(-1))
    for i in range(len(stream)):
        copy(stream_back[i], gradient.W_E[i] if i < tokens else gradient.W_pos[i - tokens])
