"""The distance of the column that decides a carry, by hand."""

import numpy as np

from latebloom.circuits.digits import carry_reach
from latebloom.tasks.digit_addition import column_sum


def test_reach_by_hand():
    x = np.array([[9, 9, 9, 9], [1, 2, 3, 4], [0, 9, 0, 9]])
    y = np.array([[0, 0, 0, 1], [1, 1, 1, 1], [9, 1, 9, 0]])
    # Into each answer digit from the left: columns passed until one that does not add up to 9, that one counted.
    assert carry_reach(x, y).tolist() == [[4, 3, 2, 1, 0], [1, 1, 1, 1, 0], [2, 1, 2, 1, 0]]


def test_columns_in_reach_decide_the_carry():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 10, (2, 3000, 6))
    y = np.where(rng.random(y.shape) < 0.5, 9 - x, y)  # many chains
    reach, carry = carry_reach(x, y), column_sum(x, y).carry
    for place in range(6):
        decides = x[:, place:] + y[:, place:]
        last = np.maximum(reach[:, place] - 1, 0)
        assert np.array_equal(carry[:, place] == 1, decides[np.arange(3000), last] > 9)


def test_one_sum_in_ten_has_a_long_chain():
    x, y = np.random.default_rng(1).integers(0, 10, (2, 20_000, 3))
    assert abs((carry_reach(x, y)[:, 0] >= 2).mean() - 0.1) < 0.01
