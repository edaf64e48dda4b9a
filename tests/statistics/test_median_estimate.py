"""Intervals of medians and of their ratio cover what they promise, at the numbers of runs that claims have."""

import numpy as np
import pytest

from latebloom.statistics import censored_ratio_of_medians, median_estimate, ratio_of_medians

SAMPLES = 400
MEDIANS = {"exponential": np.log(2), "lognormal": 1.0, "half Cauchy": 1.0, "Pareto": 2.0}


def draw(name: str, rng: np.random.Generator, n: int) -> np.ndarray:
    return {
        "exponential": lambda: rng.exponential(size=n),
        "lognormal": lambda: np.exp(2 * rng.normal(size=n)),
        "half Cauchy": lambda: np.abs(rng.standard_cauchy(size=n)),
        "Pareto": lambda: 1 + rng.pareto(1, size=n),
    }[name]()


@pytest.mark.parametrize("n", [5, 10, 20])
def test_coverage(n):
    """At least 93 % over all distributions; each by itself within its simulation's error."""
    rng = np.random.default_rng(n)
    covered = {
        name: np.mean(
            [(lambda e: e.low <= truth <= e.high)(median_estimate(draw(name, rng, n))) for _ in range(SAMPLES)]
        )
        for name, truth in MEDIANS.items()
    }
    assert np.mean(list(covered.values())) > 0.93 - 0.01
    assert min(covered.values()) > 0.90
    ratios = [ratio_of_medians(3 * draw(name, rng, n), draw(name, rng, n)) for name in MEDIANS for _ in range(100)]
    assert np.mean([ratio.low <= 3 <= ratio.high for ratio in ratios]) > 0.93


def test_five_values_span_their_range_and_fewer_have_no_interval():
    five = median_estimate([3, 1, 2, 5, 4, None])
    assert (five.value, five.low, five.high, five.n) == (3, 1, 5, 5)
    four = median_estimate([1, 2, 3, 4])
    assert (four.value, four.low, four.reason) == (2.5, None, "4 values give no interval of a median")
    assert ratio_of_medians([1, 2, 3, 4, 5], [1, 2]).low is None


def test_steps_never_reached_open_the_interval():
    open_above = median_estimate([10, 20, 30, np.inf, np.inf])
    assert (open_above.value, open_above.low, open_above.high) == (30, 10, None)
    assert median_estimate([10, 20, np.inf, np.inf, np.inf]).value is None
    ratio = ratio_of_medians([10, 20, 30, np.inf, np.inf], [1, 1, 1, 1, 1])
    assert (ratio.high, pytest.approx(10)) == (None, ratio.low)


def test_steps_never_reached_bound_a_ratio_by_where_their_runs_ended():
    steps, ends = [500.0, 550.0, 600.0, 650.0, 700.0], [1500.0] * 5
    never = censored_ratio_of_medians(steps, [None] * 5, ends, ends)
    assert (never.low, never.high) == (None, pytest.approx(700 / 1500))
    late = censored_ratio_of_medians([None] * 5, steps, ends, ends)
    assert (late.low, late.high) == (pytest.approx(1500 / 700), None)
    assert censored_ratio_of_medians(steps, steps, ends, ends) == ratio_of_medians(steps, steps)
    neither = censored_ratio_of_medians([None] * 5, [None] * 5, ends, ends)
    assert (neither.low, neither.high) == (None, None)


def test_what_gives_no_ratio():
    assert ratio_of_medians([0, 1, 2, 3, 4], [1] * 5).reason == "a ratio of medians needs positive values"
