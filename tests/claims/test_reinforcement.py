"""Whether a gradient grows with another part's score: planted, absent, and too short to tell."""

import numpy as np
import pytest

from latebloom.claims.reinforcement import reinforcement
from latebloom.phases import Series

STEP = np.arange(0, 400, 10)
SCORE = Series.of(STEP, 1 / (1 + np.exp((200 - STEP) / 30)))


def test_a_gradient_that_follows_the_other_part_is_reinforcement() -> None:
    found = reinforcement(Series.of(STEP, 0.01 + SCORE.value), SCORE, until=200)
    assert found is not None
    assert found.clear
    assert found.rank == pytest.approx(1)


@pytest.mark.parametrize(
    "gradient",
    [1 + 0.1 * np.random.default_rng(0).normal(size=len(STEP)), np.exp(-STEP / 50.0), 1 + 0.5 * SCORE.value],
    ids=["noise", "falls", "does not double"],
)
def test_others_are_not(gradient: np.ndarray) -> None:
    found = reinforcement(Series.of(STEP, gradient), SCORE, until=200)
    assert found is not None
    assert not found.clear


def test_what_comes_after_the_fall_does_not_count() -> None:
    gradient = Series.of(STEP, np.where(STEP <= 200, 1.0 + STEP / 1e4, 50.0))
    found = reinforcement(gradient, SCORE, until=200)
    assert found is not None
    assert not found.clear


def test_few_checkpoints_decide_nothing() -> None:
    assert reinforcement(SCORE, SCORE, until=30) is None
    assert reinforcement(Series.of(STEP, np.ones(len(STEP))), SCORE, until=300) is None
