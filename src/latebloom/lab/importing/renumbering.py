"""The order in which a file numbers its tokens and answers, found on its last model and applied to all checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.models import Model

_ROWS, _COLUMNS, _BIAS = "embed.W_E", "unembed.W_U", "unembed.b_U"


@dataclass(frozen=True)
class Renumbering:
    """rows: of the embedding, in the order of the task's tokens; columns: of the unembedding. None: as they are."""

    rows: tuple[int, ...] | None = None
    columns: tuple[int, ...] | None = None

    def of(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The weights in this order."""
        ordered = dict(weights)
        if self.rows is not None:
            ordered[_ROWS] = weights[_ROWS][list(self.rows)]
        if self.columns is not None:
            for name in (_COLUMNS, _BIAS):
                if name in weights:
                    ordered[name] = weights[name][..., list(self.columns)]
        return ordered


AS_IT_IS = Renumbering()


def renumbering(file: Model, read: Model) -> Renumbering:
    """The order that makes the model of the file the one that was read. Errors: UsageError where there is none."""
    if read is file:
        return AS_IT_IS
    before, after = file.state_dict(), read.state_dict()
    if _ROWS not in before:
        return AS_IT_IS
    rows = _order(before[_ROWS], after[_ROWS])
    columns = _order(before[_COLUMNS].T, after[_COLUMNS].T) if _COLUMNS in before else None
    return Renumbering(rows, columns)


def _order(before: Float[Tensor, "row d"], after: Float[Tensor, "row d"]) -> tuple[int, ...] | None:
    """Where each row was before; None where all are in their places. Of equal rows the first that is left counts."""
    if before.shape == after.shape and torch.equal(before, after):
        return None
    left = list(range(len(before)))
    order = []
    for row in after:
        place = next((i for i in left if torch.equal(before[i], row)), None)
        if place is None:
            raise UsageError("the order of its tokens cannot be applied to its checkpoints; say --p and --task")
        left.remove(place)
        order.append(place)
    return tuple(order)
