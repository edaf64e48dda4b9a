"""The fit recovers a known exponent despite censoring, and zero without an effect; undefined fits have a reason."""

import numpy as np
import pytest
from scipy import optimize, stats

from latebloom.statistics import GeneralisationTimes, fit_power_law
from latebloom.statistics.lognormal_fit import fit_lognormal

from .simulated import law


def test_known_exponent():
    result = fit_power_law(*law(np.random.default_rng(0), 64, -1.0), repeats=100)
    exponent = result.exponent
    assert exponent.low < -1 < exponent.high
    assert exponent.value == pytest.approx(-1, abs=0.12)
    assert exponent.high - exponent.low < 0.4
    assert result.scatter == pytest.approx(0.3 / np.log(10), rel=0.3)
    assert (exponent.n, result.left_out) == (64, 0)
    ends = result.curve[0], result.curve[-1]
    assert [point.field for point in ends] == pytest.approx([0.1, 3.0])
    for point in ends:
        assert point.low < 3000 / point.field < point.high


def test_unbiased_where_dropping_censored_runs_is_biased():
    rng = np.random.default_rng(1)
    ours, naive = [], []
    for _ in range(60):
        field, times = law(rng, 32, -1.0)
        known = times.generalised
        ours.append(fit_lognormal(np.log(field), np.log(times.step), known).slope)
        naive.append(np.polyfit(np.log(field[known]), np.log(times.step[known]), 1)[0])
    assert np.mean(ours) == pytest.approx(-1, abs=0.03)
    assert np.mean(naive) > -0.94


def test_no_effect_is_covered():
    rng = np.random.default_rng(2)
    results = [fit_power_law(*law(rng, 24, 0.0), repeats=60, seed=i).exponent for i in range(12)]
    assert np.mean([one.low <= 0 <= one.high for one in results]) >= 0.8


def test_the_fit_maximises_the_likelihood():
    """Compare with a search in the original parameters, without a gradient."""
    field, times = law(np.random.default_rng(3), 20, -0.7)
    x, y, known = np.log(field), np.log(times.step), times.generalised

    def loss(parameters):
        mean, sigma = parameters[0] + parameters[1] * x, np.exp(parameters[2])
        return -np.where(known, stats.norm.logpdf(y, mean, sigma), stats.norm.logsf(y, mean, sigma)).sum()

    best = optimize.minimize(loss, [8, 0, 0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10}).x
    result = fit_lognormal(x, y, known)
    assert [result.intercept, result.slope, result.sigma] == pytest.approx(
        [best[0], best[1], np.exp(best[2])], abs=2e-4
    )


def test_without_censoring_it_is_least_squares():
    field, times = law(np.random.default_rng(4), 20, 0.5, budget=1e9)
    slope, intercept = np.polyfit(np.log(field), np.log(times.step), 1)
    result = fit_lognormal(np.log(field), np.log(times.step), times.generalised)
    assert [result.slope, result.intercept] == pytest.approx([slope, intercept], abs=1e-4)


def test_undefined_fits_have_a_reason():
    field = np.array([1.0, 2.0, 4.0, 4.0])
    few = fit_power_law(field, GeneralisationTimes.of([10, 20, None, None], [50] * 4))
    assert few.exponent.reason == "2 of 4 runs generalised, and a law with its scatter needs 3"
    assert few.curve == ()
    one = fit_power_law(np.ones(4), GeneralisationTimes.of([10, 20, 30, None], [50] * 4))
    assert one.exponent.reason == "all runs that generalised have the same value of the field"
    line = fit_power_law(field, GeneralisationTimes.of([10, 20, 40, 40], [50] * 4))
    assert "exactly on a line" in line.exponent.reason


def test_values_without_a_logarithm_are_left_out_and_counted():
    field, times = law(np.random.default_rng(0), 20, -1.0)
    more = GeneralisationTimes(np.append(times.step, [9000.0, 0.0]), np.append(times.generalised, [False, True]))
    result = fit_power_law(np.append(field, [0.0, 1.0]), more, repeats=20)
    assert (result.left_out, result.exponent.n) == (2, 20)
    assert result.exponent.value == fit_power_law(field, times, repeats=20).exponent.value


def test_few_runs_open_the_interval():
    """In many draws of these runs, all runs that generalised have the same value of the field."""
    result = fit_power_law(np.array([1.0, 2.0, 2.0]), GeneralisationTimes.of([10, 5, 4], [50] * 3), repeats=50).exponent
    assert result.value is not None
    assert (result.low, result.high) == (None, None)
    assert result.reason == "too many draws have too few runs that generalised"
