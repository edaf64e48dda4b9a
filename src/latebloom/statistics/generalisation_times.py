"""When each of many runs generalised, or how long it was observed without generalising."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from latebloom._errors import UsageError


@dataclass(frozen=True, eq=False)
class GeneralisationTimes:
    """One entry per run. step: the step at which it generalised, or, where not ``generalised``, its last step.

    A run generalises when it learns the test set (`test_learned_at` of `latebloom.phases.Outcome`), late or at once.
    A run that has not generalised is right-censored: it will generalise later than ``step``, or never. Limits: the
    spacing of the records limits the accuracy of the steps and must be small compared with the differences of interest.
    A run must end for a reason that is independent of when it would generalise, such as a fixed number of steps or a
    killed machine.
    Errors: UsageError for a step that is negative or not a number.
    """

    step: Float[np.ndarray, " run"]
    generalised: Bool[np.ndarray, " run"]

    def __post_init__(self) -> None:
        if not (np.isfinite(self.step) & (self.step >= 0)).all():
            raise UsageError("runs: got a step that is negative or not a number, expected 0 or more")

    @classmethod
    def of(cls, generalised_at: Sequence[float | int | None], reached: Sequence[float | int]) -> GeneralisationTimes:
        """From the step of generalisation (None: not yet) and the last step of each run.

        Errors: UsageError for a run that generalised after its last step.
        """
        times = np.array([np.nan if step is None else step for step in generalised_at], dtype=float)
        last = np.asarray(reached, dtype=float)
        if len(times) != len(last):
            raise UsageError(f"runs: got {len(times)} steps of generalisation and {len(last)} last steps")
        late = np.flatnonzero(times > last)
        if late.size:
            run = late[0]
            raise UsageError(f"run {run}: got generalisation at step {times[run]:g}, after its last step {last[run]:g}")
        generalised = ~np.isnan(times)
        return cls(np.where(generalised, times, last), generalised)

    def __len__(self) -> int:
        return len(self.step)

    def __getitem__(self, runs: Bool[np.ndarray, " run"] | Int[np.ndarray, " other"]) -> GeneralisationTimes:
        """Some of the runs, by flags or by indices."""
        return GeneralisationTimes(self.step[runs], self.generalised[runs])
