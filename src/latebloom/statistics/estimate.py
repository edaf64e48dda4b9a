"""A statistic of many runs: its value, its interval, its number of runs, and the reason if one is missing."""

from __future__ import annotations

from pydantic import model_validator

from latebloom._config import Config

LEVEL = 0.95


class Estimate(Config):
    """``value`` with the interval ``low`` … ``high`` that covers the truth with probability ``level``, from ``n`` runs.

    value None: undefined. low or high None with a value: the runs set no bound on that side. ``reason``: why one of
    the three is missing, in one clause without a full stop; required whenever one is missing.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int
    level: float = LEVEL
    reason: str | None = None

    @model_validator(mode="after")
    def _explained(self) -> Estimate:
        if None in (self.value, self.low, self.high) and not self.reason:
            raise ValueError("an estimate that lacks its value or a bound needs a reason")
        if self.value is None and (self.low is not None or self.high is not None):
            raise ValueError("an undefined value has no interval")
        return self

    @classmethod
    def undefined(cls, n: int, reason: str) -> Estimate:
        """An estimate without a value, and the reason."""
        return cls(value=None, n=n, reason=reason)
