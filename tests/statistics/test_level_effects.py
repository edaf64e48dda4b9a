"""Medians of levels and their differences: a known effect, no effect, undefined."""

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.statistics import GeneralisationTimes, level_effects

from .simulated import censored


def test_known_difference():
    rng = np.random.default_rng(0)
    groups = {"slow": censored(rng, 40, 6000, 0.3), "fast": censored(rng, 40, 3000, 0.3)}
    (result,) = level_effects(groups)
    assert (result.level, result.reference) == ("fast", "slow")
    assert result.difference.low < -3000 < result.difference.high < 0
    assert result.factor.low < 0.5 < result.factor.high < 1
    assert result.difference.n == 80
    assert result.median.low < 3000 < result.median.high


def test_no_difference_is_covered():
    rng = np.random.default_rng(1)
    results = [level_effects({"a": censored(rng, 20), "b": censored(rng, 20)}, repeats=200, seed=i) for i in range(60)]
    ends = [(one.difference.low, one.difference.high) for (one,) in results]
    covered = [(low is None or low <= 0) and (high is None or high >= 0) for low, high in ends]
    assert np.mean(covered) >= 0.9
    assert np.mean([None in pair for pair in ends]) < 0.2


def test_undefined_where_a_level_does_not_generalise():
    never, runs = GeneralisationTimes.of([None] * 3, [50] * 3), GeneralisationTimes.of([10, 20, 30], [50] * 3)
    (result,) = level_effects({"sgd": runs, "adam": never})
    assert (result.difference.value, result.factor.value) == (None, None)
    assert result.difference.reason == "0 of 3 runs generalised, and the survival curve stays above 1/2"
    (turned,) = level_effects({"adam": never, "sgd": runs})
    assert turned.median.value == 20
    assert turned.difference.reason.startswith("of the reference level, 0 of 3")
    (empty,) = level_effects({"adam": runs, "sgd": GeneralisationTimes.of([], [])})
    assert empty.difference.reason == "there are no runs"


def test_one_level_has_nothing_to_compare():
    with pytest.raises(UsageError, match="got 1 levels"):
        level_effects({"a": GeneralisationTimes.of([1.0], [2])})
