"""A step with an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

LEVEL = 0.95


@dataclass(frozen=True)
class Location:
    """A position on the step axis; ``low`` … ``high`` is a 95 % interval that contains ``step``."""

    step: float
    low: float
    high: float

    @classmethod
    def of(cls, step: float, draws: Float[np.ndarray, " repeats"], spacing: float) -> Location:
        """From bootstrap draws, widened by ``spacing``, the uncertainty between two samples."""
        tail = 100 * (1 - LEVEL) / 2
        low, high = np.percentile(draws, [tail, 100 - tail]) if draws.size else (step, step)
        return cls(float(step), float(min(low, step) - spacing), float(max(high, step) + spacing))

    @classmethod
    def exactly(cls, step: float | int) -> Location:
        """A step without uncertainty."""
        return cls(float(step), float(step), float(step))
