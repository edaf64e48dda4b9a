"""Ratios of counts: the interval covers a planted ratio, with events that scatter more than Poisson's too."""

import numpy as np
import pytest

from latebloom.statistics import ratio_of_mean_counts


@pytest.mark.parametrize("shape", [None, 2.0])
@pytest.mark.parametrize(("above", "below"), [(0.3, 2.0), (2.0, 2.0), (2.0, 6.0)])
def test_the_interval_covers_the_planted_ratio(above: float, below: float, shape: float | None) -> None:
    rng = np.random.default_rng(0)

    def counts(mean: float) -> list[int]:
        return rng.poisson(mean if shape is None else mean * rng.gamma(shape, 1 / shape, 10), 10).tolist()

    found = [ratio_of_mean_counts(counts(above), counts(below)) for _ in range(400)]
    covered = [one.low <= above / below <= one.high for one in found if one.low is not None and one.high is not None]
    assert np.mean(covered) > 0.92


def test_no_event_above_the_line_bounds_the_ratio_and_none_below_does_not() -> None:
    none, some = [0.0] * 10, [3.0] * 10
    found = ratio_of_mean_counts(none, some)
    assert found.value == 0
    assert found.high is not None
    assert 0.01 < found.high < 0.5
    assert ratio_of_mean_counts(some, none).value is None
    assert ratio_of_mean_counts([1.0], some).value is None
