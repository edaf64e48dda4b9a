"""One recorded quantity: steps and values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import SupportsFloat

import numpy as np
from jaxtyping import Float

from latebloom._errors import UsageError

ROUNDING = 1e-6
"""Nats that a loss may lie below 0: float32 rounds a log-sum-exp and a logit of the same size by as much."""


@dataclass(frozen=True, eq=False)
class Series:
    """Values of one quantity in order of step; finite, one value per step.

    ``step`` counts optimiser updates and is strictly ascending; ``value`` has the unit of the quantity (nats for a
    loss). Different quantities of one run may have different steps. Build a series with :meth:`of`.
    """

    step: Float[np.ndarray, " n"]
    value: Float[np.ndarray, " n"]

    @classmethod
    def of(cls, step: Iterable[SupportsFloat | None], value: Iterable[SupportsFloat | None]) -> Series:
        """Make a series from any numbers: drop rows with None, NaN or infinity, and sort the others by step.

        Of several rows at one step, keep the last: a resumed run writes the step from which it resumed again.

        Raises:
            UsageError: ``step`` and ``value`` differ in length.
        """
        at, what = _floats(step), _floats(value)
        if at.shape != what.shape:
            raise UsageError(f"got {at.size} steps and {what.size} values; a series needs one value per step")
        known = np.isfinite(at) & np.isfinite(what)
        at, what = at[known][::-1], what[known][::-1]
        unique, first = np.unique(at, return_index=True)  # the first of the reversed rows is the last written
        return cls(unique, what[first])

    @classmethod
    def of_loss(cls, step: Iterable[SupportsFloat | None], value: Iterable[SupportsFloat | None]) -> Series:
        """Like :meth:`of`, for a loss (nats): what rounding put below 0, by at most ``ROUNDING``, is 0."""
        series = cls.of(step, value)
        return cls(series.step, np.where((series.value < 0) & (series.value >= -ROUNDING), 0.0, series.value))

    def __len__(self) -> int:
        return int(self.step.size)

    def between(self, low: float | int, high: float | int) -> Series:
        """The rows with low <= step <= high."""
        inside = (self.step >= low) & (self.step <= high)
        return Series(self.step[inside], self.value[inside])

    def at(self, step: float | int) -> float:
        """The value at a step, interpolated linearly; beyond the ends, the first or the last value."""
        return float(np.interp(step, self.step, self.value))


def _floats(numbers: Iterable[SupportsFloat | None]) -> Float[np.ndarray, " n"]:
    """A new float64 array with None as NaN."""
    values = numbers if isinstance(numbers, np.ndarray) else list(numbers)
    return np.array(values, dtype=np.float64).reshape(-1)
