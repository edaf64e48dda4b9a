"""Runs that have not generalised are censored; invalid steps are rejected."""

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.statistics import GeneralisationTimes


def test_a_run_that_has_not_generalised_is_censored_at_its_last_step():
    times = GeneralisationTimes.of([500.0, None, float("nan")], [900, 800, 700])
    assert times.step.tolist() == [500, 800, 700]
    assert times.generalised.tolist() == [True, False, False]


def test_some_of_the_runs():
    times = GeneralisationTimes.of([1.0, None, 3.0], [4, 5, 6])
    assert times[np.array([2, 0, 0])].step.tolist() == [3, 1, 1]
    assert times[~times.generalised].step.tolist() == [5]
    assert len(times) == 3


def test_invalid_steps():
    with pytest.raises(UsageError, match="run 1: got generalisation at step 9, after its last step 5"):
        GeneralisationTimes.of([1.0, 9.0], [5, 5])
    with pytest.raises(UsageError, match="got 1 steps of generalisation and 2 last steps"):
        GeneralisationTimes.of([1.0], [5, 5])
    with pytest.raises(UsageError, match="negative or not a number"):
        GeneralisationTimes(np.array([np.nan]), np.array([False]))
