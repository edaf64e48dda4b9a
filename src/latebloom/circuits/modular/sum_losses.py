"""Losses of logits that are the model's less a function of x + s·y, for several such functions at once.

Taking waves of x + s·y out of the logits L subtracts a table T[x + s·y, z], so that

    Σ_z exp(L_z - T_z) = Σ_z exp(L_z) · exp(-T_z):

the exponentials of the logits serve every table, and for the pairs with one sum they meet the tables in one small
product, where each loss by itself would take as many exponentials as there are logits. Logits that are a function of
x + s·y alone need one row for each sum instead of one for each pair.
"""

from functools import cached_property

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.circuits.modular.grid import Grid, masked

SMALLEST = 1e-280
"""A sum of products above this has lost nothing to underflow: what is smaller than 1e-308 is not in its digits."""


class LessTables:
    """The pairs of a grid, all or the masked ones. It needs a task with a sign s (`Grid.sign`)."""

    def __init__(self, grid: Grid, mask: Bool[Tensor, "x y"] | None = None) -> None:
        self._grid, self._mask = grid, mask

    def losses(self, tables: Float[Tensor, "table sum z"]) -> Float[Tensor, "table pair"]:
        """Cross-entropy (nats, float64) of each pair, as `Grid.row_losses`, of the logits less each table."""
        sums, tables = self._sums, tables.double()
        within = self._with_zeros(tables)
        least = within.min(2, keepdim=True).values
        factors = (least - within).exp().transpose(0, 1)
        # Row s of the factors meets the pairs with the sum s.
        by_sum = zip(self._exponentials[self._order].split(self._counts), factors, strict=True)
        total = torch.empty(len(sums), len(tables), dtype=torch.float64)
        total[self._order] = torch.cat([pairs @ factor.T for pairs, factor in by_sum])
        if not bool((total > SMALLEST).all()):
            return self._one_by_one(tables)
        right = self._right - tables[:, sums, sums]  # the answer is at position x + s·y
        return total.log().T - least[:, sums, 0] - right

    def means(self, tables: Float[Tensor, "table sum z"]) -> list[float]:
        """The mean of the losses for each table."""
        return self.losses(tables).mean(1).tolist()

    def _one_by_one(self, tables: Float[Tensor, "table sum z"]) -> Float[Tensor, "table pair"]:
        rows = masked(self._grid.logits, self._mask)
        return torch.stack([self._grid.row_losses(rows - table[self._sums], self._mask) for table in tables])

    @cached_property
    def _sums(self) -> Int[Tensor, " pair"]:
        return masked(self._grid.labels, self._mask)

    @cached_property
    def _order(self) -> Int[Tensor, " pair"]:
        return self._sums.argsort()

    @cached_property
    def _counts(self) -> list[int]:
        return self._sums.bincount(minlength=self._grid.order).tolist()

    @cached_property
    def _centred(self) -> Float[Tensor, "pair z"]:
        """The logits, those of further answers included, less the largest of each pair."""
        rows = masked(self._grid.logits, self._mask).double()
        if self._grid.task.extra_answers:
            rows = torch.cat([rows, masked(self._grid.extra_logits, self._mask).double()], 1)
        return rows - rows.max(1, keepdim=True).values

    @cached_property
    def _exponentials(self) -> Float[Tensor, "pair z"]:
        return self._centred.exp()

    @cached_property
    def _right(self) -> Float[Tensor, " pair"]:
        return self._centred.gather(1, self._sums[:, None])[:, 0]

    def _with_zeros(self, tables: Float[Tensor, "table sum z"]) -> Float[Tensor, "table sum z_and_extra"]:
        """Further answers keep their logits."""
        return torch.nn.functional.pad(tables, (0, self._grid.task.extra_answers))


def table_losses(grid: Grid, table: Float[Tensor, "sum z"]) -> Float[Tensor, "x y"]:
    """Cross-entropy (nats, float64) of each pair, as `Grid.pair_losses`, of logits that depend on x + s·y alone."""
    if grid.task.extra_answers:
        return grid.pair_losses(table[grid.labels])
    losses = torch.nn.functional.cross_entropy(table.double(), torch.arange(len(table)), reduction="none")
    return losses[grid.labels]
