"""The bootstrap is reproducible, draws whole blocks, and spreads with the noise."""

import numpy as np

from latebloom.phases.bootstrap import REPEATS, _block_rows, bootstrap_corners
from latebloom.phases.broken_line import CornerSearch
from latebloom.phases.location import Location

X = np.arange(0.0, 120.0)


def corners(noise):
    y = np.interp(X, [0, 40, 80, 119], [0, 0, -4, -4]) + noise * np.random.default_rng(0).standard_normal(120)
    search = CornerSearch(X)
    return bootstrap_corners(search, y, search.fit(y, 2))


def test_same_draws_every_time():
    np.testing.assert_array_equal(corners(0.2), corners(0.2))


def test_spread_grows_with_the_noise():
    quiet, loud = corners(0.02).std(axis=0), corners(0.4).std(axis=0)
    assert (quiet < loud).all()
    assert (loud < 10).all()


def test_rows_are_blocks_of_neighbours():
    rows = _block_rows(45, np.random.default_rng(0))
    assert rows.shape == (REPEATS, 45)
    assert rows.min() >= 0
    assert rows.max() < 45
    jumps = np.diff(rows, axis=1) != 1
    assert set(np.flatnonzero(jumps.any(axis=0)) % 4) == {3}  # blocks of round(45 / 10) = 4


def test_interval_is_widened_by_the_spacing_and_holds_the_step():
    estimate = Location.of(50.0, np.full(10, 60.0), 5.0)
    assert (estimate.low, estimate.step, estimate.high) == (45.0, 50.0, 65.0)
    assert Location.of(50.0, np.zeros(0), 5.0) == Location(50.0, 45.0, 55.0)
    assert Location.exactly(3) == Location(3.0, 3.0, 3.0)
