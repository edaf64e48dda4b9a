"""Wilson's interval, by hand."""

import numpy as np
import pytest

from latebloom.statistics import share


def test_wilson_by_hand():
    result = share(np.arange(10) < 3)
    z, n, p = 1.959964, 10, 0.3
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert (result.value, result.n) == (0.3, 10)
    assert result.low == pytest.approx((middle - half) / (1 + z**2 / n), abs=1e-6)
    assert result.high == pytest.approx((middle + half) / (1 + z**2 / n), abs=1e-6)


def test_none_and_all_have_a_width():
    none, every = share(np.zeros(8, dtype=bool)), share(np.ones(8, dtype=bool))
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(1.959964**2 / (8 + 1.959964**2), abs=1e-6)
    assert (every.high, every.low) == (1, pytest.approx(1 - none.high))


def test_no_runs():
    assert share(np.zeros(0, dtype=bool)).reason == "there are no runs"


def test_coverage():
    rng = np.random.default_rng(0)
    results = [share(rng.random(16) < 0.7) for _ in range(300)]
    assert 0.91 < np.mean([one.low <= 0.7 <= one.high for one in results]) < 0.99
