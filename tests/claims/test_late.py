"""The change long after settling: found where it was planted, at any step, and nowhere in a run that only drifts."""

import re

import numpy as np
import pytest

STEP = np.arange(0, 50_001, 500)


@pytest.mark.parametrize("moment", [22_000, 43_000])
def test_a_change_is_found_where_it_is(moment, course, verdict_on):
    after = moment <= STEP
    noticed, down, up = (np.where(after, *pair) for pair in ((0.02, 0.001), (0.5e-7, 1e-7), (2e-7, 1e-7)))
    matrices = {"sum_squared_weights.W_Q": noticed, "sum_squared_weights.W_E": up, "sum_squared_weights.b_in": noticed}
    change = verdict_on("late-attention", course(STEP, attention_to_self=noticed, **matrices))
    assert change.state == "holds"
    assert "W_Q changes most" in change.finding
    parted = {"test_loss": up, "train_loss": down, "restricted_loss": down}
    found = verdict_on("late-losses", course(STEP, attention_to_self=noticed, **parted))
    assert found.state == "holds"
    step = re.search(r"near step (\d+)", found.finding)
    assert step is not None
    assert abs(int(step[1]) - moment) <= 2000, "half a window"
    for name, other in (("test_loss", down), ("train_loss", up), ("restricted_loss", up)):
        turned = course(STEP, attention_to_self=noticed, **parted | {name: other})
        assert verdict_on("late-losses", turned).state == "fails"


def test_drift_is_no_change(course, verdict_on):
    slow = np.exp(-STEP / 40_000)
    assert verdict_on("late-attention", course(STEP, attention_to_self=1e-3 / slow)).state == "fails"
    tiny = np.where(STEP >= 30_000, 2e-3, 1e-4)
    assert verdict_on("late-attention", course(STEP, attention_to_self=tiny)).state == "fails", "still unnoticed"
    losses = {"test_loss": 1e-7 / slow, "train_loss": 1e-7 * slow, "restricted_loss": 1e-7 * slow}
    found = verdict_on("late-losses", course(STEP, attention_to_self=1e-3 / slow, **losses))
    assert found.state == "undecided", "there is no moment at which the losses could part"


def test_a_run_that_ends_early_or_is_seldom_looked_at_decides_nothing(course, verdict_on):
    early, seldom = np.arange(0, 20_001, 500), np.arange(0, 50_001, 4000)
    for step in (early, seldom):
        assert verdict_on("late-attention", course(step, attention_to_self=step + 1.0)).state == "undecided"
