"""A run that lost what it had learned, or its weights."""

import numpy as np
import pytest

from latebloom.phases import Series, detect_phases
from latebloom.phases.collapse import collapse_of

STEPS = np.arange(0.0, 1000.0, 10.0)


def _record(accuracy: np.ndarray, weights: float, loss: float) -> dict[str, Series]:
    fall = np.linspace(0, 1, len(STEPS))
    return {
        "train_accuracy": Series(STEPS, accuracy),
        "sum_squared_weights": Series(STEPS, 100 * weights**fall),
        "train_loss": Series(STEPS, 2 + (loss - 2) * fall),
        "test_loss": Series(STEPS, np.full(len(STEPS), 2.0)),
    }


def test_accuracy_that_falls_and_stays_low() -> None:
    lost = _record(np.where((STEPS > 100) & (STEPS < 500), 1.0, 0.1), 1.0, 2.0)
    assert collapse_of(lost, 2.0) == "Collapsed: train accuracy was 99 % or more until step 490 and ends at 10 %."
    assert detect_phases(lost, guessing_loss=2.0).collapse == collapse_of(lost, 2.0)


def test_weights_that_vanish() -> None:
    gone = collapse_of(_record(np.full(len(STEPS), 0.1), 1e-4, 2.0), 2.0)
    assert gone is not None
    assert gone.startswith("Collapsed: the sum of squared weights fell from 100 to 0.01, and train loss ends at 2 nats")


@pytest.mark.parametrize(
    ("accuracy", "weights", "loss"),
    [
        (np.where(STEPS == 800, 0.0, 1.0), 1.0, 0.0),  # a slingshot that recovers
        (np.full(len(STEPS), 0.1), 1.0, 2.0),  # it never learned anything, but keeps its weights
        (np.full(len(STEPS), 1.0), 1e-4, 0.0),  # small weights that do the task
    ],
)
def test_nothing_is_found_where_nothing_collapsed(accuracy: np.ndarray, weights: float, loss: float) -> None:
    assert collapse_of(_record(accuracy, weights, loss), 2.0) is None


def test_a_record_without_these_series_says_nothing() -> None:
    assert collapse_of({}, 2.0) is None
