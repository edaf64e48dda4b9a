"""Counts by hand; the test accepts uniform choice and rejects other choice."""

import json

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.statistics import chosen_frequencies


def chosen(rng, n, weight=None):
    return [list(map(int, 1 + rng.choice(56, rng.integers(3, 7), replace=False, p=weight))) for _ in range(n)]


def test_counts():
    result = chosen_frequencies([[1, 3], [3], [], [2, 3]], 4)
    assert result.number == {0: 1, 1: 1, 2: 2}
    assert result.chosen == {1: 1, 2: 1, 3: 3, 4: 0}
    assert result.n == 4
    # mean 5/4: ((1/4)² · 2 + (7/4)² + (5/4)²) / (5/4)
    assert result.evenness.chi_squared == pytest.approx((0.125 + 3.0625 + 1.5625) / 1.25)
    assert json.loads(result.model_dump_json())["chosen"]["3"] == 3


def test_p_value_by_hand():
    """Two runs with one of two frequencies: equal in half of all cases (chi² 2), else chi² 0."""
    same, apart = (chosen_frequencies([[1], [k]], 2).evenness for k in (1, 2))
    assert same.p_value == pytest.approx(0.5, abs=0.03)
    assert apart.p_value == 1


def test_even_choice_is_uniform():
    rng = np.random.default_rng(0)
    p = [chosen_frequencies(chosen(rng, 16), 56, simulations=400, seed=i).evenness.p_value for i in range(100)]
    assert 0.42 < np.mean(p) < 0.58
    assert np.mean(np.array(p) <= 0.05) < 0.12


def test_uneven_choice_is_detected():
    weight = np.where(np.arange(56) < 14, 3.0, 1.0)
    result = chosen_frequencies(chosen(np.random.default_rng(1), 64, weight / weight.sum()), 56)
    assert result.evenness.p_value < 0.01


def test_band_of_one_frequency():
    """40 runs with 7 of 56: a count is binomial (40, 1/8), whose 2.5 % and 97.5 % quantiles are 1 and 9."""
    rng = np.random.default_rng(2)
    even = chosen_frequencies([list(map(int, 1 + rng.permutation(56)[:7])) for _ in range(40)], 56).evenness
    assert (even.low, even.high) == (1, 9)


def test_without_a_choice_the_test_is_undefined():
    for runs in ([], [[], []], [[1, 2, 3]]):
        even = chosen_frequencies(runs, 3).evenness
        assert even.p_value is None
        assert even.reason == "no run has some frequencies and lacks others"


@pytest.mark.parametrize("run", [[0], [4], [2, 2]])
def test_nonsense(run):
    with pytest.raises(UsageError, match="expected different ones from 1 … 3"):
        chosen_frequencies([run], 3)
