"""The arrays of the compiled code, by name; allocated once and reused in every step.

Sizes: V tokens, P positions, R (position, token) pairs that occur, H heads, B examples, n neurons, z answers.
A row of n + z numbers holds the neurons, then the direct path to the logits.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latebloom.models.tables.masked_products import BITS, columns, whole_masks
from latebloom.models.tables.small_products import ROWS, roomy


class Weights(NamedTuple):
    """Views of one flat buffer in the shapes of the model's parameters; also used for their gradients."""

    W_E: np.ndarray
    W_pos: np.ndarray
    W_Q: np.ndarray
    W_K: np.ndarray
    W_V: np.ndarray
    W_O: np.ndarray
    W_in: np.ndarray
    b_in: np.ndarray
    W_out: np.ndarray
    b_out: np.ndarray
    W_U: np.ndarray


class Tables(NamedTuple):
    """Values computed from the weights, for each (position, token) pair; also used for their gradients.

    resid (R, d_model): embedding plus position. query, key (H, d_head), (H, d_model): the scaled query at the last
    position, and the same multiplied by W_K. scores (R, H). values (H, R, d_head). read (d_model, n + z): W_in and W_U.
    fold (H, d_head, n + z): W_O read. mixed (R, H, n + z): values fold. base (n + z): the contribution of
    the last position's residual and of the biases. w_logit (n, z and columns of zeros, see `columns`): W_out W_U.
    """

    resid: np.ndarray
    query: np.ndarray
    key: np.ndarray
    scores: np.ndarray
    values: np.ndarray
    read: np.ndarray
    fold: np.ndarray
    mixed: np.ndarray
    base: np.ndarray
    w_logit: np.ndarray


class Sums(NamedTuple):
    """Gradients of the tables, summed over examples; one per worker."""

    scores: np.ndarray
    mixed: np.ndarray
    base: np.ndarray
    w_logit: np.ndarray


class Block(NamedTuple):
    """Workspace for a block of examples; one per worker.

    With room where small products read and write more than is asked for.
    common (b, 2H + 1): attention to the first and last position, and 1 for the base; own (b, T): to the others.
    pre (b, n + z): neurons before the ReLU, then the direct path. back (b, n + z): gradient of both. masks
    (n / BITS, b): which neurons of an example are active; turned (n / BITS, BITS): in which examples a neuron is.
    logits (b, z and zeros), and their gradient in place. common_slopes (2H + 1, b), own_slopes (T): gradients of
    attention. common_rows (2H + 1, n + z): table rows that neighbours share.
    probabilities (z), in the loss' precision: softmax of one example.
    """

    common: np.ndarray
    own: np.ndarray
    pre: np.ndarray
    back: np.ndarray
    masks: np.ndarray
    turned: np.ndarray
    logits: np.ndarray
    common_slopes: np.ndarray
    own_slopes: np.ndarray
    common_rows: np.ndarray
    probabilities: np.ndarray


class Rows(NamedTuple):
    """A fixed batch, ordered so that neighbours share the first token.

    token, position (R): the pairs that occur. query (1): the pair at the last position, the same in every example.
    places (B, P): the pair at each position; terms (B, T): those between the first and last position as rows of (R · H)
    tables, by head, T = (P - 2) H. run_end (B): end of the run of neighbours with the same first token. labels (B).
    kept (B, n): which neurons count where the batch is learned, by dropout; of no rows where all do.
    """

    token: np.ndarray
    position: np.ndarray
    query: np.ndarray
    places: np.ndarray
    terms: np.ndarray
    run_end: np.ndarray
    labels: np.ndarray
    kept: np.ndarray


BLOCK = 128
"""Examples processed together: few enough for their arrays to stay in a core's cache."""


_ALIGNMENT = 64


def aligned(shape: tuple[int, ...], dtype: npt.DTypeLike) -> np.ndarray:
    """Zeros at a multiple of 64 bytes: the last bit of a product depends on the addresses of its factors."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    buffer = np.zeros(size + _ALIGNMENT, np.uint8)
    start = -buffer.ctypes.data % _ALIGNMENT
    return buffer[start : start + size].view(dtype).reshape(shape)


def fitted(buffer: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The buffer, of one dimension, or a larger one if it is too small; and its beginning in this shape."""
    size = int(np.prod(shape))
    buffer = buffer if len(buffer) >= size else aligned((size,), buffer.dtype)
    return buffer, buffer[:size].reshape(shape)


def new_tables(weights: Weights, pairs: int) -> Tables:
    """Arrays for the tables of these weights."""
    heads, d_model, d_head = weights.W_Q.shape
    neurons, answers = weights.W_in.shape[1], weights.W_U.shape[1]
    width = neurons + answers
    shapes = (
        (pairs, d_model),
        (heads, d_head),
        (heads, d_model),
        (pairs, heads),
        (heads, pairs, d_head),
        (d_model, width),
        (heads, d_head, width),
        (pairs, heads, width),
        (width,),
        (neurons, columns(answers)),
    )
    return Tables(*(aligned(shape, weights.W_E.dtype) for shape in shapes))


def new_sums(tables: Tables) -> Sums:
    """Arrays for the sums of one worker."""
    shaped = (tables.scores, tables.mixed, tables.base, tables.w_logit)
    return Sums(*(aligned(array.shape, array.dtype) for array in shaped))


def new_block(tables: Tables, terms: int, loss_dtype: np.dtype) -> Block:
    """Arrays for the block of one worker."""
    width, (neurons, padded), dtype = len(tables.base), tables.w_logit.shape, tables.base.dtype
    common, answers, parts = 2 * tables.mixed.shape[1] + 1, width - neurons, -(-neurons // BITS)
    room = BLOCK + ROWS  # a run of neighbours may begin at the last example of a block
    sizes = roomy(room, common), (BLOCK, terms), (room, whole_masks(width)), roomy(room, width)
    arrays = [aligned(size, dtype) for size in sizes]
    arrays[0][:, common - 1] = 1
    arrays += [aligned((parts, count), np.uint64) for count in (BLOCK, BITS)]
    arrays += [aligned(size, dtype) for size in ((BLOCK, padded), roomy(common, room), (terms,), roomy(common, width))]
    arrays.append(aligned((answers,), loss_dtype))
    return Block(*arrays)
