"""Survival curve, median and log-rank test against published numbers, known parameters and no effect."""

import json

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.statistics import GeneralisationTimes, compare_survival, median_step, survival_curve
from latebloom.statistics.median_step import medians

from .simulated import PLACEBO, TREATED, censored


def at(curve, step):
    row = np.searchsorted(curve.step, step, side="right") - 1
    return curve.survival[row], curve.low[row], curve.high[row]


def test_published_curve():
    """Product-limit estimates of 6-MP (Cox and Oakes) and R's survfit(conf.type = "log-log")."""
    curve = survival_curve(TREATED)
    assert (curve.n, curve.generalised) == (21, 9)
    for step, survival in {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}.items():
        assert at(curve, step)[0] == pytest.approx(survival, abs=6e-4)
    assert at(curve, 6) == pytest.approx((0.857, 0.620, 0.952), abs=6e-4)
    assert at(curve, 23) == pytest.approx((0.448, 0.188, 0.680), abs=6e-4)
    assert curve.at_risk[curve.step.index(7)] == 17


def test_curve_without_censoring_is_a_count():
    curve = survival_curve(GeneralisationTimes.of([1, 2, 2, 4], [9, 9, 9, 9]))
    assert curve.step == (0, 1, 2, 4)
    assert curve.survival == pytest.approx((1, 0.75, 0.25, 0))
    assert curve.low[0] is None
    assert curve.low[-1] is None


def test_curve_of_runs_that_never_generalise():
    curve = survival_curve(GeneralisationTimes.of([None, None], [5, 9]))
    assert curve.survival == (1, 1, 1)
    assert curve.low == (None, None, None)
    assert json.loads(curve.model_dump_json())["generalised"] == 0
    with pytest.raises(UsageError, match="got no runs"):
        survival_curve(GeneralisationTimes.of([], []))


def test_published_medians():
    assert median_step(TREATED).value == 23
    assert median_step(PLACEBO).value == 8


@pytest.mark.parametrize("n", [5, 8])
def test_median_without_censoring_is_the_usual_one(n):
    step = np.random.default_rng(n).permutation(100)[:n].astype(float)
    assert median_step(GeneralisationTimes(step, np.ones(n, dtype=bool))).value == np.median(step)


def test_censored_runs_are_not_dropped():
    """Runs at risk at step 30 raise the median; over the runs that generalised alone it would be 20."""
    times = GeneralisationTimes.of([10, 20, 30, 40, None, None], [50, 50, 50, 50, 35, 50])
    # S: 5/6, 4/6, 3/6 until 40 with two at risk there: 1/4; so the stretch at 1/2 is 30 … 40.
    assert median_step(times).value == 35


def test_median_is_where_the_curve_crosses():
    rng = np.random.default_rng(0)
    for _ in range(20):
        times = censored(rng, 15)
        curve = survival_curve(times)
        below = [step for step, survival in zip(curve.step, curve.survival) if survival < 0.5 - 1e-9]
        exactly = [step for step, survival in zip(curve.step, curve.survival) if abs(survival - 0.5) < 1e-9]
        expected = np.mean([*exactly[:1], below[0]]) if below else (exactly or [np.inf])[0]
        assert medians(times, np.arange(15)[None])[0] == pytest.approx(expected)


def test_median_is_undefined_where_too_few_generalise():
    result = median_step(GeneralisationTimes.of([10, None, None], [50, 50, 50]))
    assert (result.value, result.low, result.high, result.n) == (None, None, None, 3)
    assert result.reason == "1 of 3 runs generalised, and the survival curve stays above 1/2"
    assert median_step(GeneralisationTimes.of([], [])).reason == "there are no runs"


def test_median_has_no_upper_bound_where_half_generalise():
    result = median_step(GeneralisationTimes.of([10, 11, 12, 13, None, None, None], [50] * 7))
    assert (result.value, result.high) == (13, None)
    assert result.low is not None
    assert "stays above 1/2" in result.reason


def test_median_interval_covers():
    rng = np.random.default_rng(0)
    results = [median_step(censored(rng, 24), repeats=200, seed=i) for i in range(200)]
    assert all(one.value is not None for one in results)
    covered = [one.low <= 5000 and (one.high is None or one.high >= 5000) for one in results]
    assert 0.9 <= np.mean(covered) <= 0.99


def test_published_log_rank():
    """chi² 16.8 for 6-MP against placebo (R's survdiff: 16.8 on 1 degree of freedom, p = 4e-05)."""
    result = compare_survival(TREATED, PLACEBO)
    assert result.chi_squared == pytest.approx(16.793, abs=1e-3)
    assert result.p_value == pytest.approx(4.17e-5, rel=1e-2)
    assert (result.sooner, result.n, result.generalised) == (1, (21, 21), (9, 21))
    assert compare_survival(PLACEBO, TREATED).sooner == 0


def test_log_rank_of_equal_groups_is_uniform():
    rng = np.random.default_rng(0)
    p = [compare_survival(censored(rng, 20), censored(rng, 20)).p_value for _ in range(200)]
    assert 0.01 < np.mean(np.array(p) < 0.05) < 0.1
    assert 0.4 < np.mean(p) < 0.6


def test_log_rank_undefined():
    never, none = GeneralisationTimes.of([None], [9]), GeneralisationTimes.of([], [])
    assert compare_survival(never, never).reason == "no run of either group generalised"
    assert compare_survival(never, none).reason == "a group has no runs"
    apart = compare_survival(never, GeneralisationTimes.of([20.0], [30]))
    assert apart.p_value is None
    assert apart.reason == "one group had ended before the first run generalised"
