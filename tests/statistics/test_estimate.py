"""An undefined value is null with a reason; undefined and infinite draws widen bootstrap intervals."""

import numpy as np
import pytest

from latebloom.statistics import Estimate
from latebloom.statistics.bootstrap import percentile_interval, resampled_runs


def test_undefined_needs_a_reason():
    assert Estimate.undefined(3, "why").model_dump_json() == (
        '{"value":null,"low":null,"high":null,"n":3,"level":0.95,"reason":"why"}'
    )
    with pytest.raises(ValueError, match="needs a reason"):
        Estimate(value=None, n=3)
    with pytest.raises(ValueError, match="needs a reason"):
        Estimate(value=1.0, low=0.5, n=3)
    with pytest.raises(ValueError, match="has no interval"):
        Estimate(value=None, low=0.5, high=1.0, n=3, reason="why")


def test_quantiles_are_draws_rounded_outwards():
    draws = np.arange(101.0)
    assert percentile_interval(draws, 0.95) == (2.0, 98.0)
    assert percentile_interval(draws, 0.5) == (25.0, 75.0)
    assert percentile_interval(np.zeros(0), 0.95) == (None, None)


def test_an_infinite_draw_opens_its_end_and_an_undefined_one_both():
    draws = np.arange(100.0)
    draws[-3:] = np.inf
    assert percentile_interval(draws, 0.95) == (2.0, None)
    draws[-3:] = np.nan
    assert percentile_interval(draws, 0.95) == (None, None)
    draws[-2:] = 98.0
    assert percentile_interval(draws, 0.95) == (1.0, 98.0)


def test_the_same_draws_for_the_same_seed():
    np.testing.assert_array_equal(resampled_runs(7, 20, 3), resampled_runs(7, 20, 3))
    assert (resampled_runs(7, 20, 3) != resampled_runs(7, 20, 4)).any()
    assert set(resampled_runs(7, 200).ravel()) == set(range(7))
