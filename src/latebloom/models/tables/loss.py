"""Loss and gradient of a whole batch."""

from typing import NamedTuple

import numpy as np

from latebloom.models.tables.arrays import Block, Rows, Sums, Tables, Weights, aligned, new_block, new_sums, new_tables
from latebloom.models.tables.build import build, start
from latebloom.models.tables.build_backward import build_backward, finish
from latebloom.models.tables.compiled import inner
from latebloom.models.tables.examples import learn_examples


class Workspace(NamedTuple):
    """All arrays of a batch, allocated once: its rows, the tables and their gradients, the arrays of its two halves.

    There are always two halves, summed in a fixed order, so that the bits do not depend on the number of threads.
    losses (B), right (B): of each example.
    """

    rows: Rows
    tables: Tables
    back: Tables
    other_back: Tables
    sums: Sums
    other_sums: Sums
    block: Block
    other_block: Block
    losses: np.ndarray
    right: np.ndarray

    @property
    def middle(self) -> int:
        """Examples in the first half."""
        return (len(self.losses) + 1) // 2


def new_workspace(weights: Weights, rows: Rows, loss_dtype: np.dtype) -> Workspace:
    """Workspace for a batch, for weights of these shapes."""
    tables = new_tables(weights, len(rows.token))
    count, terms = rows.terms.shape
    return Workspace(
        rows,
        tables,
        new_tables(weights, len(rows.token)),
        new_tables(weights, len(rows.token)),
        new_sums(tables),
        new_sums(tables),
        new_block(tables, terms, loss_dtype),
        new_block(tables, terms, loss_dtype),
        aligned((count,), np.float64),
        aligned((count,), np.bool_),
    )


@inner
def loss_and_gradient(weights, workspace, gradient):  # type: ignore[no-untyped-def]
    """Mean loss (nats); writes its gradient into ``gradient``."""
    rows, tables, losses = workspace.rows, workspace.tables, workspace.losses
    count = len(losses)
    middle = (count + 1) // 2
    sums, other_sums = workspace.sums, workspace.other_sums
    start(weights, rows, tables)
    for half in range(2):
        build(weights, rows, tables, half)
    learn_examples(tables, rows, 0, middle, workspace.block, sums, losses)
    learn_examples(tables, rows, middle, count, workspace.other_block, other_sums, losses)
    build_backward(weights, rows, tables, sums, other_sums, workspace.back, gradient, 0)
    build_backward(weights, rows, tables, sums, other_sums, workspace.other_back, gradient, 1)
    finish(weights, rows, tables, sums, workspace.back, workspace.other_back, gradient)
    total = 0.0
    for loss in losses:
        total += loss
    return total / count
