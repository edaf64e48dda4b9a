"""The definition of grokked: synthetic curves have the expected outcome."""

import numpy as np
import pytest

from latebloom.phases import Series, outcome_of
from latebloom.phases.outcome import MARGIN

STEPS = np.arange(0, 20_001, 50)
ANSWERS = 59


def rise(at, steps=STEPS, low=1 / ANSWERS, high=1.0):
    """Accuracy that jumps from ``low`` to ``high`` at a step; None: never."""
    return Series.of(steps, np.where(steps >= (np.inf if at is None else at), high, low))


def judged(train, test, **how):
    return outcome_of({"train_accuracy": train, "test_accuracy": test}, guessing_loss=np.log(ANSWERS), **how)


def dipped(series, low, high, value=0.3):
    """The series with another value from step ``low`` up to ``high``."""
    inside = (series.step >= low) & (series.step < high)
    return Series(series.step, np.where(inside, value, series.value))


@pytest.mark.parametrize(
    ("train", "test", "name"),
    [
        (rise(500), rise(8000), "grokked"),
        (rise(500), rise(1000), "grokked"),
        (rise(500), rise(950), "generalised at once"),
        (rise(500), rise(200), "generalised at once"),
        (rise(None), rise(8000), "generalised at once"),
        (rise(500), rise(8000, high=0.98), "partly generalised"),
        (rise(500), rise(None), "memorised"),
        (rise(500), rise(8000, high=1 / ANSWERS + MARGIN - 0.01), "memorised"),
        (rise(None), rise(None), "learned nothing"),
    ],
)
def test_each_outcome(train, test, name):
    outcome = judged(train, test)
    assert outcome.name == name
    assert outcome.reason.lower().startswith(name)
    assert outcome.grokked == (name == "grokked")
    assert not outcome.by_loss


def test_the_steps_are_the_first_that_stay():
    outcome = judged(rise(500), rise(8000))
    assert (outcome.train_learned_at, outcome.test_learned_at) == (500, 8000)
    assert outcome.to_dict()["outcome"] == "grokked"


@pytest.mark.parametrize("every", [1, 2, 5, 10])
@pytest.mark.parametrize("end", [10_000, 20_000])
def test_the_outcome_does_not_depend_on_density_or_length_of_the_record(every, end):
    steps = STEPS[: end // 50 + 1][::every]
    outcome = judged(rise(500, steps), rise(8000, steps))
    assert (outcome.name, outcome.train_learned_at, outcome.test_learned_at) == ("grokked", 500, 8000)


@pytest.mark.parametrize("every", [1, 4])
def test_dips_are_tolerated_and_a_collapse_is_not(every):
    steps = STEPS[::every]
    late = rise(8000, steps)
    assert judged(rise(500, steps), dipped(late, 12_000, 12_400)).test_learned_at == 8000
    assert judged(rise(500, steps), dipped(late, 19_700, 20_050)).grokked
    collapsed = judged(rise(500, steps), dipped(late, 17_000, 20_050))
    assert (collapsed.name, collapsed.test_learned_at) == ("partly generalised", None)
    assert "did not stay" in collapsed.reason
    assert judged(rise(500, steps), dipped(late, 17_000, 20_050, 0.02)).name == "memorised"


def test_a_long_dip_delays_the_step_and_short_dips_add_up():
    assert judged(rise(500), dipped(rise(8000), 9000, 11_000)).test_learned_at == 11_000
    often = rise(8000)
    for start in range(8100, 14_000, 200):
        often = dipped(often, start, start + 150)
    assert judged(rise(500), often).test_learned_at > 12_000


def test_a_late_dip_of_train_accuracy_does_not_undo_memorisation():
    outcome = judged(dipped(rise(500), 5000, 7000), rise(4000))
    assert (outcome.name, outcome.train_learned_at) == ("grokked", 500)
    assert judged(dipped(rise(500), 5000, 30_000), rise(None)).name == "memorised"


def test_a_set_that_is_learned_at_the_first_record():
    assert judged(rise(0), rise(0)).name == "generalised at once"
    assert judged(rise(0), rise(8000)).name == "grokked"
    assert judged(rise(0, np.array([0])), rise(0, np.array([0]))).name == "generalised at once"


def test_what_memorising_alone_explains_is_no_generalisation():
    test = rise(8000, high=0.4)
    assert judged(rise(500), test).name == "partly generalised"
    assert judged(rise(500), rise(100, high=0.134)).name == "memorised"  # the control that determined MARGIN
    assert judged(rise(500), test, memorised_accuracy=0.4).name == "memorised"


def test_a_set_that_was_memorised_in_part_explains_a_part():
    """Of a train set with 40 % right, memory explains 40 % of what it explains at 100 %."""
    train, test = rise(500, high=0.4), rise(500, high=0.5)
    found = judged(train, test, memorised_accuracy=0.6)
    assert found.name == "partly generalised"
    assert "what memorising explains, 25 %" in found.reason
    assert judged(train, rise(500, high=0.3), memorised_accuracy=0.6).name == "learned nothing"


def test_losses_decide_where_there_are_no_accuracies():
    steps = np.arange(0, 10_001, 50)
    losses = {
        "train_loss": Series.of(steps, np.where(steps >= 300, 0.01, 4.7)),
        "test_loss": Series.of(steps, np.where(steps >= 6000, 0.9, 8.0)),
    }
    outcome = outcome_of(losses, guessing_loss=4.7)
    assert (outcome.name, outcome.by_loss, outcome.train_learned_at, outcome.test_learned_at) == (
        "grokked",
        True,
        300,
        6000,
    )
    assert "losses decide" in outcome.reason
    losses["test_loss"] = Series.of(steps, np.where(steps >= 6000, 2.0, 8.0))
    assert outcome_of(losses, guessing_loss=4.7).name == "partly generalised"
    losses["test_loss"] = Series.of(steps, np.full(len(steps), 20.0))
    assert outcome_of(losses, guessing_loss=4.7).name == "memorised"


def test_the_first_test_loss_is_the_default_loss_of_guessing():
    series = {"train_accuracy": rise(500), "test_accuracy": rise(None)}
    series["test_loss"] = Series.of([0, 100], [np.log(ANSWERS), 9.0])
    assert outcome_of(series).name == "memorised"
    assert outcome_of({name: series[name] for name in ("train_accuracy", "test_accuracy")}).name == "memorised"


@pytest.mark.parametrize("missing", ["train", "test"])
def test_no_outcome_without_both_sets(missing):
    both = {"train_accuracy": rise(500), "test_accuracy": rise(8000)}
    for series in ({}, {f"{missing}_accuracy": Series.of([0], [np.nan])}):
        outcome = outcome_of({name: s for name, s in both.items() if not name.startswith(missing)} | series)
        assert outcome.name is None
        assert missing in outcome.reason
        assert outcome.train_learned_at == (500 if missing == "test" else None)
    assert outcome_of({}).name is None


def test_values_that_are_not_finite_are_ignored():
    value = rise(8000).value.copy()
    value[::7] = np.nan
    outcome = judged(rise(500), Series.of(STEPS, value))
    assert outcome.grokked
    assert outcome.test_learned_at == pytest.approx(8000, abs=50)


def test_the_outcome_of_a_run_in_progress_is_that_of_its_last_step():
    whole = rise(8000)
    assert judged(rise(500), whole.between(0, 7950)).name == "memorised"
    assert judged(rise(500), whole.between(0, 8000)).test_learned_at == 8000


def test_the_reason_says_that_a_delay_of_a_few_steps_says_little():
    steps = np.arange(100)
    at = lambda step: Series.of(steps, (steps >= step).astype(float))  # noqa: E731
    assert judged(at(1), at(2)).reason.endswith(
        "(2 times the step; 2 times or more counts as grokking; a delay of 1 step says little)."
    )
    assert "says little" not in judged(at(20), at(60)).reason
    assert "(the same step; 2 times or more counts" in judged(at(2), at(2)).reason


def test_no_accuracy_above_100_percent_is_asked_for():
    reason = judged(rise(500), rise(100, high=0.9), memorised_accuracy=0.87).reason
    assert reason.endswith(
        "which is no evidence of more (what memorising explains, 87 % accuracy, is within 15 points of 100 %)."
    )
