"""Which of two events came first, by hand."""

import numpy as np

from latebloom.statistics.lead import Lead, first_below, first_reached, lead, leads
from latebloom.statistics.summaries import mean, quartiles


def test_first_below():
    steps = np.array([0.0, 10.0, 20.0])
    assert first_below(steps, np.array([3.0, 0.5, np.nan]), 1) == 10
    assert first_below(steps, np.array([3.0, np.nan, 1.0]), 1) is None


def test_lead_of_one_run():
    assert lead(10, 30) == Lead(leads=True, steps=20)
    assert lead(30, 10) == Lead(leads=False, steps=-20)
    assert lead(30, 10, before=20).leads is False
    for undecided in (lead(10, 10), lead(30, 25, before=20), lead(None, 10), lead(10, None)):
        assert undecided.leads is None
        assert undecided.reason


def test_leads_of_many_runs():
    result = leads([lead(0, 10), lead(0, 30), lead(5, 5), lead(20, 10), lead(None, 3)])
    assert (result.leads.value, result.leads.n, result.undecided) == (2 / 3, 3, 2)
    assert (result.steps.value, result.steps.n) == (5, 4)
    assert leads([]).leads.value is None


def test_means():
    rng = np.random.default_rng(1)
    covered = [(lambda e: e.low < 5 < e.high)(mean(rng.normal(5, 1, 40).tolist())) for _ in range(40)]
    assert 33 <= sum(covered) <= 40
    assert (mean([1.0, None, 3.0]).value, mean([1.0, None, 3.0]).n) == (2, 2)
    assert (mean([4.0]).value, mean([4.0]).low) == (4, None)
    assert mean([None]).reason == "no run has a value"
    assert (quartiles([1.0, 2, 3, 4, 5]).low, quartiles([]).median) == (2, None)


def test_first_reached_ignores_records_without_a_value():
    step, accuracy = np.array([0.0, 10, 20, 30]), np.array([0.1, np.nan, 0.9, 0.7])
    assert first_reached(step, accuracy, 0.9) == 20
    assert first_reached(step, accuracy, 0.95) is None
