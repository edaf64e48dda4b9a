"""Wilson's interval, by hand."""

import numpy as np
import pytest

from latebloom.statistics import share, share_difference


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


def test_the_difference_of_two_shares_of_pairs_has_an_interval_even_where_all_pairs_are_alike():
    alike, apart = share_difference([(True, True)] * 20), share_difference([(True, False)] * 20)
    assert (alike.value, apart.value) == (0, 1)
    assert alike.low < 0 < alike.high
    assert alike.high == pytest.approx(-alike.low)
    assert 0.7 < apart.low < apart.high == 1
    assert share_difference([]).value is None


def test_that_difference_by_hand():
    found = share_difference([(True, True)] * 2 + [(True, False)] * 5 + [(False, True)] * 1)
    b, c, n = 5 + 0.5, 1 + 0.5, 8 + 2
    half = 1.959964 * np.sqrt(b + c - (b - c) ** 2 / n) / n
    assert (found.value, found.n) == (0.5, 8)
    assert (found.low, found.high) == pytest.approx(((b - c) / n - half, (b - c) / n + half), abs=1e-6)


def test_that_interval_holds_the_truth_about_as_often_as_it_says():
    rng, held = np.random.default_rng(0), 0
    for _ in range(1000):
        first, second = rng.random(20) < 0.8, rng.random(20) < 0.5
        found = share_difference(list(zip(first.tolist(), second.tolist())))
        held += found.low <= 0.3 <= found.high
    assert held > 930
