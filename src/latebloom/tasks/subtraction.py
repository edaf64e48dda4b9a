"""x - y mod p: the starter project that the write-up recommends."""

from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Int

from latebloom.tasks.modular import ModularTask


class ModularSubtraction(ModularTask):
    """z = (x - y) mod p. The directions become cos w(x - y) = cos wx cos wy + sin wx sin wy
    and sin w(x - y) = sin wx cos wy - cos wx sin wy."""

    summary: ClassVar[str] = "x - y mod p"
    phase_sign: ClassVar[int | None] = -1

    name: Literal["modular_subtraction"] = "modular_subtraction"

    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        return (x - y) % self.p
