"""A series contains the recorded values in order, without missing rows; resampling preserves corners."""

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.phases import Series
from latebloom.phases.resample import MAX_POINTS, log_points, running_median, scatter


def test_missing_rows_are_dropped_and_the_rest_sorted():
    series = Series.of([30, 10, None, 20, 40, 50], [3.0, 1.0, 9.0, None, np.nan, np.inf])
    np.testing.assert_array_equal(series.step, [10, 30])
    np.testing.assert_array_equal(series.value, [1, 3])


def test_of_two_rows_at_one_step_the_last_is_kept():
    series = Series.of(np.array([0, 1, 1, 2]), np.array([5.0, 6.0, 7.0, 8.0]))
    np.testing.assert_array_equal(series.value, [5, 7, 8])


def test_the_series_does_not_share_memory_with_its_input():
    values = np.ones(3)
    series = Series.of(range(3), values)
    values[0] = 9
    assert series.value[0] == 1


def test_unequal_lengths_are_an_error():
    with pytest.raises(UsageError, match="3 steps and 2 values"):
        Series.of([1, 2, 3], [1, 2])


def test_between_includes_both_ends():
    series = Series.of(range(10), range(10))
    np.testing.assert_array_equal(series.between(3, 5).step, [3, 4, 5])
    assert len(series.between(20, 30)) == 0


@pytest.mark.parametrize("points", [1, 2, 7, MAX_POINTS, MAX_POINTS + 1, 50_000])
def test_long_series_are_binned(points):
    step, log = log_points(Series.of(range(points), np.full(points, 100.0)))
    assert len(step) <= MAX_POINTS
    assert (np.diff(step) > 0).all()
    np.testing.assert_allclose(log, 2.0)


def test_zero_counts_as_the_smallest_positive_value():
    _, log = log_points(Series.of(range(20), [1.0] * 10 + [1e-8] * 5 + [0.0] * 5))
    np.testing.assert_allclose(log[-8:], -8)


def test_nothing_positive_gives_no_points():
    step, log = log_points(Series.of(range(20), [0.0] * 20))
    assert len(step) == len(log) == 0


def test_running_median_keeps_a_corner_and_removes_a_spike():
    corner = np.minimum(0, 10.0 - np.arange(30))
    spiked = corner.copy()
    spiked[20] += 50
    np.testing.assert_array_equal(running_median(corner, 7), corner)
    np.testing.assert_allclose(running_median(spiked, 7), corner, atol=1)


def test_scatter_measures_the_noise_independently_of_level_and_spikes():
    noise = 0.2 * np.random.default_rng(0).standard_normal(150)
    noise[::20] += 3
    assert scatter(Series.of(range(150), 10 ** (noise - 0.01 * np.arange(150)))) == pytest.approx(0.2, rel=0.2)
