"""A fixed random table: nothing to generalise, so the control for memorisation."""

from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Int
from pydantic import Field

from latebloom.tasks.modular import ModularTask


class RandomTable(ModularTask):
    """z = T[x, y] with T drawn uniformly, once, from ``table_seed``."""

    summary: ClassVar[str] = "a fixed random table over 0 … p-1: can only be memorised"

    name: Literal["random_table"] = "random_table"
    table_seed: int = Field(default=0, ge=0, description="seed of the table, apart from split and init")

    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        table = np.random.default_rng(self.table_seed).integers(0, self.p, size=(self.p, self.p))
        return table[x, y]
