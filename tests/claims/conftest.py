"""An analysis that consists of series alone: a course of training that was planted, not trained."""

from collections.abc import Callable

import numpy as np
import pytest

from latebloom.analysis import Analysis
from latebloom.claims import CLAIMS, Claim, Verdict
from latebloom.claims.quantity import measure_all
from latebloom.phases import Series

PHASES = {"circuit formation": 1_000.0, "clean-up": 8_000.0, "stable": 12_000.0}


class Course(Analysis):
    """Columns against the step, with noise (2 %), and the steps at which phases begin."""

    def __init__(self, step: np.ndarray, columns: dict[str, np.ndarray], phases: dict[str, float]) -> None:
        self._phases, self._cache = phases, {}
        noise = np.exp(0.02 * np.random.default_rng(0).normal(size=len(step)))
        self.__dict__["metrics"] = {name: Series.of(step, values * noise) for name, values in columns.items()}

    @property
    def last_step(self) -> int:
        return max(int(series.step[-1]) for series in self.metrics.values())

    @property
    def chance(self) -> float:
        return float(np.log(113))

    def boundary(self, phase: str) -> float | None:
        return self._phases.get(phase)


@pytest.fixture
def course() -> Callable[..., Course]:
    """Makes one of a step axis and columns; ``phases`` begin as in the mainline run."""

    def make(step: np.ndarray, phases: dict[str, float] = PHASES, **columns: np.ndarray) -> Course:
        return Course(step, columns, phases)

    return make


@pytest.fixture
def verdict_on() -> Callable[[str, Analysis], Verdict]:
    """The verdict of one claim about single runs, on quantities that are measured for it."""

    def judge(name: str, analysis: Analysis) -> Verdict:
        claim = CLAIMS[name]
        assert isinstance(claim, Claim)
        return claim.judge(measure_all(analysis, claim.quantities))

    return judge
