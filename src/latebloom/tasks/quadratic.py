"""x² + xy + y² mod p: one of the harder operations of the first grokking paper."""

from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Int

from latebloom.tasks.modular import ModularTask


class ModularQuadratic(ModularTask):
    """z = (x² + xy + y²) mod p. No direction cos w(x ± y) determines the answer.

    Source: Power et al. 2022, "Grokking: generalization beyond overfitting on small algorithmic datasets".
    """

    summary: ClassVar[str] = "x² + xy + y² mod p"

    name: Literal["modular_quadratic"] = "modular_quadratic"

    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        return (x * x + x * y + y * y) % self.p
