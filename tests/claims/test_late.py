"""The change long after settling: found where it was planted, at any step, and nowhere in a run that only drifts."""

import re

import numpy as np
import pytest

from latebloom.claims import CLAIMS, Claim, Evidence, Verdict
from latebloom.phases import Series

STEP = np.arange(0, 50_001, 500)


class _Series(Evidence):
    """Evidence that has series and phases alone."""

    def __init__(self, last_step: int = int(STEP[-1]), **values: np.ndarray) -> None:
        self._last, self._values = last_step, values

    @property
    def last_step(self) -> int:
        return self._last

    def boundary(self, phase: str) -> float | None:
        return 14_000.0

    def series(self, name: str) -> Series | None:
        noise = np.exp(0.02 * np.random.default_rng(0).normal(size=len(STEP)))
        return Series.of(STEP, self._values[name] * noise)


def _judged(name: str, evidence: Evidence) -> Verdict:
    (claim,) = (claim for claim in CLAIMS if claim.id == name)
    assert isinstance(claim, Claim)
    return claim.judge(evidence)


@pytest.mark.parametrize("moment", [22_000, 43_000])
def test_a_change_is_found_where_it_is(moment: int) -> None:
    after = moment <= STEP
    found = _judged("late-attention", _Series(attention_to_self=np.where(after, 0.02, 0.001)))
    assert found.outcome == "holds"
    losses = {"test_loss": np.where(after, 2e-7, 1e-7), "train_loss": np.where(after, 0.5e-7, 1e-7)}
    assert _judged("late-losses", _Series(**losses)).outcome == "holds"
    told = re.search(r"near step (\d+)", found.found)
    assert told is not None
    assert abs(int(told[1]) - moment) <= 2000, "half a window"


def test_drift_is_no_change() -> None:
    slow = np.exp(-STEP / 40_000)
    assert _judged("late-attention", _Series(attention_to_self=1e-3 / slow)).outcome == "fails"
    losses = {"test_loss": 1e-7 / slow**0.3, "train_loss": 1e-7 * slow**0.3}
    assert _judged("late-losses", _Series(**losses)).outcome == "fails"


def test_a_run_that_ends_early_decides_nothing() -> None:
    assert _judged("late-attention", _Series(20_000, attention_to_self=STEP + 1.0)).outcome == "undecided"
