"""An analysis that consists of series alone: a course of training that was planted, not trained."""

from collections.abc import Callable

import numpy as np
import pytest

from latebloom.analysis import Analysis
from latebloom.claims import CLAIMS, Claim, Verdict
from latebloom.claims.quantity import measure_all
from latebloom.phases import HALF_RIGHT, HIGHEST, LEARNED, MEMORISATION_ENDS, SETTLES, UNDER_GUESSING, Outcome, Series

BOUNDARIES = {
    MEMORISATION_ENDS: 1_000.0,
    HIGHEST: 1_200.0,
    UNDER_GUESSING: 8_000.0,
    HALF_RIGHT: 8_500.0,
    LEARNED: 10_000.0,
    SETTLES: 12_000.0,
}


class Course(Analysis):
    """Columns against the step, with noise (2 %), and the steps of the boundaries."""

    def __init__(self, step: np.ndarray, columns: dict[str, np.ndarray], boundaries: dict[str, float]) -> None:
        self._boundaries, self._cache = boundaries, {}
        noise = np.exp(0.02 * np.random.default_rng(0).normal(size=len(step)))
        self.__dict__["metrics"] = {name: Series.of(step, values * noise) for name, values in columns.items()}

    @property
    def last_step(self) -> int:
        return max(int(series.step[-1]) for series in self.metrics.values())

    @property
    def chance(self) -> float:
        return float(np.log(113))

    @property
    def outcome(self) -> Outcome:
        return Outcome("grokked", 1_000.0, self.boundary(LEARNED), False, "as the boundaries have it")

    def boundary(self, name: str) -> float | None:
        return self._boundaries.get(name)


@pytest.fixture
def course() -> Callable[..., Course]:
    """Makes one of a step axis and columns; ``boundaries`` as in the mainline run."""

    def make(step: np.ndarray, boundaries: dict[str, float] = BOUNDARIES, **columns: np.ndarray) -> Course:
        return Course(step, columns, boundaries)

    return make


@pytest.fixture
def verdict_on() -> Callable[[str, Analysis], Verdict]:
    """The verdict of one claim about single runs, on quantities that are measured for it."""

    def judge(name: str, analysis: Analysis) -> Verdict:
        claim = CLAIMS[name]
        assert isinstance(claim, Claim)
        return claim.judge(measure_all(analysis, claim.quantities))

    return judge
