"""x + y mod p: the write-up's mainline task."""

from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Int

from latebloom.tasks.modular import ModularTask


class ModularAddition(ModularTask):
    """z = (x + y) mod p. The algorithm to expect: cos w(x + y), sin w(x + y) read out as cos w(x + y - z)."""

    summary: ClassVar[str] = "x + y mod p"
    phase_sign: ClassVar[int | None] = 1

    name: Literal["modular_addition"] = "modular_addition"

    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        return (x + y) % self.p
