"""A batch as rows of tables."""

import numpy as np
from jaxtyping import Int

from latebloom.models.tables.arrays import Rows

GROUP = 64
"""Tokens of the second position per group: their table rows and gradients fit into a core's cache."""


def table_rows(
    tokens: Int[np.ndarray, "batch pos"], labels: Int[np.ndarray, " batch"], d_vocab: int, heads: int
) -> tuple[Rows, Int[np.ndarray, " batch"]]:
    """The batch as `Rows`, and the order of its examples there."""
    order = _order(tokens)
    pairs, index = np.unique(tokens[order] + np.arange(tokens.shape[1]) * d_vocab, return_inverse=True)
    index = index.reshape(tokens.shape).astype(np.int32)
    terms = index[:, 1:-1, None] * heads + np.arange(heads, dtype=np.int32)
    rows = Rows(
        token=pairs % d_vocab,
        position=pairs // d_vocab,
        query=index[0, -1:].copy(),
        places=index,
        terms=terms.reshape(len(index), -1),
        run_end=_ends_of_runs(index[:, 0]),
        labels=labels[order],
        kept=np.empty((0, 0), np.bool_),
    )
    return rows, order


def _order(tokens: Int[np.ndarray, "batch pos"]) -> Int[np.ndarray, " batch"]:
    """By the first token, within groups of the second."""
    second = tokens[:, min(1, tokens.shape[1] - 1)]
    return np.lexsort((second, tokens[:, 0], second // GROUP))


def _ends_of_runs(values: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """For each entry, the end of its run of equal entries."""
    ends = np.append(np.flatnonzero(np.diff(values)) + 1, len(values))
    return ends[np.searchsorted(ends, np.arange(len(values)), side="right")]
