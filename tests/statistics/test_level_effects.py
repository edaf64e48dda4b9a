"""Medians of levels and their differences: planted, none, undefined."""

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.statistics import GeneralisationTimes, level_effects

from .simulated import censored


def test_planted_difference():
    rng = np.random.default_rng(0)
    groups = {"slow": censored(rng, 40, 6000, 0.3), "fast": censored(rng, 40, 3000, 0.3)}
    (found,) = level_effects(groups)
    assert (found.level, found.reference) == ("fast", "slow")
    assert found.difference.low < -3000 < found.difference.high < 0
    assert found.factor.low < 0.5 < found.factor.high < 1
    assert found.difference.n == 80
    assert found.median.low < 3000 < found.median.high


def test_no_difference_is_covered():
    rng = np.random.default_rng(1)
    found = [level_effects({"a": censored(rng, 20), "b": censored(rng, 20)}, repeats=200, seed=i) for i in range(60)]
    ends = [(one.difference.low, one.difference.high) for (one,) in found]
    covered = [(low is None or low <= 0) and (high is None or high >= 0) for low, high in ends]
    assert np.mean(covered) >= 0.9
    assert np.mean([None in pair for pair in ends]) < 0.2


def test_undefined_where_a_level_does_not_generalise():
    never, runs = GeneralisationTimes.of([None] * 3, [50] * 3), GeneralisationTimes.of([10, 20, 30], [50] * 3)
    (found,) = level_effects({"sgd": runs, "adam": never})
    assert (found.difference.value, found.factor.value) == (None, None)
    assert found.difference.reason == "0 of 3 runs generalised, and the survival curve stays above 1/2"
    (turned,) = level_effects({"adam": never, "sgd": runs})
    assert turned.median.value == 20
    assert turned.difference.reason.startswith("of the reference level, 0 of 3")
    (empty,) = level_effects({"adam": runs, "sgd": GeneralisationTimes.of([], [])})
    assert empty.difference.reason == "there are no runs"


def test_one_level_has_nothing_to_compare():
    with pytest.raises(UsageError, match="got 1 levels"):
        level_effects({"a": GeneralisationTimes.of([1.0], [2])})
