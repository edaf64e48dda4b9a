"""Known falls of parts are detected with their steps and shares; parts that do not fall have a reason."""

import numpy as np
import pytest

from latebloom._errors import UsageError
from latebloom.phases import Series
from latebloom.phases.components import find_component_changes

STEPS = np.arange(0, 3001, 10)
CHANCE = 2.3


def falls(middle, width=200, before=CHANCE, after=0.1, noise=0.01, seed=0, start=None):
    """A plateau, a linear fall over ``width`` steps around ``middle``, a plateau; from ``start`` at step 0 if given."""
    knots = {middle - width / 2: before, middle + width / 2: after}
    if start is not None:
        knots = {0: start, 40: before, **knots}
    value = np.interp(STEPS, list(knots), list(knots.values()))
    return Series(STEPS.astype(float), value + noise * np.random.default_rng(seed).standard_normal(len(STEPS)))


def mean(parts, weights=None):
    return Series(STEPS.astype(float), np.average([p.value for p in parts], axis=0, weights=weights))


PARTS = {"late": falls(2000, seed=1), "early": falls(500, seed=2), "middle": falls(1100, seed=3)}


def test_planted_changes_in_order():
    changes = find_component_changes(PARTS, mean(PARTS.values()), dict.fromkeys(PARTS, CHANCE))
    assert changes.order == ("early", "middle", "late")
    for part, middle in zip(changes.parts, (2000, 500, 1100)):
        assert part.step.low <= middle <= part.step.high
        assert part.step.step == pytest.approx(middle, abs=15)
        assert (part.change.before, part.change.after) == pytest.approx((CHANCE, 0.1), abs=0.05)
    assert changes.spread == pytest.approx(1500, abs=30)
    assert changes.apart == 2


def test_the_total_is_the_sum_of_its_parts():
    changes = find_component_changes(PARTS, mean(PARTS.values()))
    assert changes.mismatch == pytest.approx(0, abs=1e-12)
    assert [part.share for part in changes.parts] == pytest.approx([1 / 3] * 3, abs=0.02)
    # Only one part falls at a time.
    assert [part.own for part in changes.parts] == pytest.approx([1] * 3, abs=0.05)
    assert changes.explained == pytest.approx(1, abs=0.03)


def test_a_total_of_other_parts_has_a_mismatch():
    changes = find_component_changes(PARTS, falls(1500))
    assert changes.mismatch > 0.2
    # While a part falls, this total hardly changes.
    assert all(part.own is None or part.own > 10 for part in changes.parts)


def test_weights_are_shares_of_the_labels():
    parts, weights = {"a": falls(800), "b": falls(2000, seed=1)}, {"a": 3, "b": 1}
    changes = find_component_changes(parts, mean(parts.values(), [3, 1]), weights=weights)
    assert [part.share for part in changes.parts] == pytest.approx([0.75, 0.25], abs=0.02)
    assert changes.mismatch == pytest.approx(0, abs=1e-12)


def test_unlearning_of_the_initial_weights_is_no_phase_change():
    # From 3.5 down to guessing in 40 steps, then the change itself, which is smaller.
    parts = {"carry": falls(600, before=0.69, after=0.05, start=3.5)}
    changes = find_component_changes(parts, parts["carry"], {"carry": 0.69})
    assert changes.parts[0].step.step == pytest.approx(600, abs=20)


def test_a_memory_whose_test_loss_falls_back_has_no_phase_change():
    """Test loss rises to eight times guessing while the train set is memorised, and then falls to six times."""
    knots = {0: CHANCE, 30: 0.9 * CHANCE, 300: 8 * CHANCE, 600: 6 * CHANCE, 3000: 6 * CHANCE}
    memory = Series(STEPS.astype(float), np.interp(STEPS, list(knots), list(knots.values())))
    (part,) = find_component_changes({"a": memory}, memory, {"a": CHANCE}).parts
    assert part.change is None
    assert part.reason == "its deepest fall ends at 13.8 nats, above the loss of guessing"


def test_simultaneous_changes_are_not_ordered():
    parts = {"a": falls(1000, seed=1), "b": falls(1002, seed=2)}
    changes = find_component_changes(parts, mean(parts.values()))
    assert len(changes.order) == 2
    assert changes.apart == 0
    assert [part.own for part in changes.parts] == pytest.approx([0.5, 0.5], abs=0.05)


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        (falls(10_000), "no fall of 25% of guessing"),
        (falls(1000, after=2.0), "no fall of 25% of guessing"),
        (falls(3050, width=600), "still falls at step 3000"),
        (falls(1000, before=4.0, after=3.0), "never gets down to 2.3 nats"),
        (Series.of([0, 10, 20], [2.3, 2.2, 0.1]), "too few"),
    ],
    ids=["flat", "shallow", "goes on", "above guessing", "three points"],
)
def test_a_missing_step_has_a_reason(series, reason):
    changes = find_component_changes({"a": series}, series, {"a": CHANCE})
    assert changes.parts[0].step is None
    assert reason in changes.parts[0].reason
    assert changes.order == ()
    assert changes.spread is None


def test_noise_about_guessing_is_no_change():
    flat = [falls(10_000, noise=0.2, seed=seed) for seed in range(20)]
    changes = find_component_changes(
        {str(i): part for i, part in enumerate(flat)}, mean(flat), {str(i): CHANCE for i in range(20)}, intervals=False
    )
    assert len(changes.order) <= 1


def test_wrong_parts_are_refused():
    with pytest.raises(UsageError, match="parts: got none"):
        find_component_changes({}, falls(10))
    with pytest.raises(UsageError, match=r"chance: got .* for each of a"):
        find_component_changes({"a": falls(10)}, falls(10), {"b": 1.0})
