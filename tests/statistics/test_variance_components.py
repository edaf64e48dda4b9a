"""Components of variance: planted causes are found, and the rest is chance."""

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.statistics import variance_components

A, B, R, ITEMS = 40, 8, 4, 6


def planted(first: float, second: float, together: float, rest: float, seed: int = 0):
    """Outcomes whose components have these standard deviations."""
    rng = np.random.default_rng(seed)
    return (
        first * rng.normal(size=(A, 1, 1, ITEMS))
        + second * rng.normal(size=(1, B, 1, ITEMS))
        + together * rng.normal(size=(A, B, 1, ITEMS))
        + rest * rng.normal(size=(A, B, R, ITEMS))
    )


@pytest.mark.parametrize("name", ["first", "second", "together", "rest"])
def test_the_only_cause_has_the_whole_variance(name):
    found = variance_components(planted(**{one: float(one == name) for one in ("first", "second", "together", "rest")}))
    assert getattr(found, name).value == pytest.approx(1, abs=0.03)


def test_shares_of_planted_causes_lie_in_their_intervals():
    found = variance_components(planted(2.0, 0.0, 1.0, 1.0))
    assert found.first.low < 4 / 6 < found.first.high
    assert found.rest.low < 1 / 6 < found.rest.high
    values = [one.value for one in (found.first, found.second, found.together, found.rest)]
    assert sum(values) == pytest.approx(1)


def test_without_variation_the_shares_are_undefined_and_few_levels_have_no_interval():
    assert variance_components(np.ones((6, 2, 2, 3))).first.value is None
    few = variance_components(planted(1, 0, 0, 1)[:4])
    assert few.first.value is not None
    assert few.first.low is None
    one = np.zeros((6, 2, 2, 3))
    one[0] = np.arange(2)[:, None]
    alone = variance_components(one)
    assert (alone.second.low, alone.second.reason) == (None, "without one level the outcome does not vary")
    with pytest.raises(UsageError, match="1 x 2 x 2"):
        variance_components(np.ones((1, 2, 2, 3)))
