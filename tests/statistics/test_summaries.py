"""Wilson's interval, by hand."""

import numpy as np
import pytest

from latebloom.statistics import share


def test_wilson_by_hand():
    result = share(3, 10)
    z, n, p = 1.959964, 10, 0.3
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert (result.value, result.n) == (0.3, 10)
    assert result.low == pytest.approx((middle - half) / (1 + z**2 / n), abs=1e-6)
    assert result.high == pytest.approx((middle + half) / (1 + z**2 / n), abs=1e-6)


def test_none_and_all_have_a_width():
    none, every = share(0, 8), share(8, 8)
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(1.959964**2 / (8 + 1.959964**2), abs=1e-6)
    assert (every.high, every.low) == (1, pytest.approx(1 - none.high))


def test_no_runs():
    assert share(0, 0).reason == "there are no runs"


def test_coverage():
    rng = np.random.default_rng(0)
    results = [share(count, 16) for count in rng.binomial(16, 0.7, 300)]
    assert 0.91 < np.mean([one.low <= 0.7 <= one.high for one in results]) < 0.99
