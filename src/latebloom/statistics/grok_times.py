"""When each of many runs grokked, or how far it came without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from latebloom._errors import UsageError


@dataclass(frozen=True, eq=False)
class GrokTimes:
    """One entry per run. step: at which it grokked where ``grokked``, else the last that it did.

    A run that has not grokked is right-censored: all that is known is that it groks later than ``step``, or never.
    Limits: a step of grokking is known to the spacing of the log only, which must be small beside what is compared;
    and stopping must not depend on what the run was about to do (a fixed number of steps, a killed machine: fine).
    Errors: UsageError for steps that are negative or no numbers.
    """

    step: Float[np.ndarray, " run"]
    grokked: Bool[np.ndarray, " run"]

    def __post_init__(self) -> None:
        if not (np.isfinite(self.step) & (self.step >= 0)).all():
            raise UsageError("runs: got a step that is negative or no number, expected 0 or more")

    @classmethod
    def of(cls, generalised_at: Sequence[float | int | None], reached: Sequence[float | int]) -> GrokTimes:
        """From the step of grokking (None: not yet) and the last step done, one of each per run.

        Errors: UsageError for a run that grokked after its last step.
        """
        found = np.array([np.nan if step is None else step for step in generalised_at], dtype=float)
        last = np.asarray(reached, dtype=float)
        if len(found) != len(last):
            raise UsageError(f"runs: got {len(found)} steps of grokking and {len(last)} last steps")
        late = np.flatnonzero(found > last)
        if late.size:
            run = late[0]
            raise UsageError(f"run {run}: got grokking at step {found[run]:g}, after its last step {last[run]:g}")
        grokked = ~np.isnan(found)
        return cls(np.where(grokked, found, last), grokked)

    def __len__(self) -> int:
        return len(self.step)

    def __getitem__(self, runs: Bool[np.ndarray, " run"] | Int[np.ndarray, " other"]) -> GrokTimes:
        """Some of the runs, by flags or by indices."""
        return GrokTimes(self.step[runs], self.grokked[runs])
