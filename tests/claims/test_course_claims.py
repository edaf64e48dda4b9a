"""Claims about the course of training, on planted curves: what W describes upholds them, its opposite does not."""

import numpy as np
import pytest

from latebloom.claims import QUANTITIES

STEP = np.arange(0, 20_001, 100)
CHANCE = float(np.log(113))


def between(*points: tuple[float, float]) -> np.ndarray:
    """Straight lines, on a log scale, through (step, value)."""
    steps, values = zip(*points, strict=True)
    return 10 ** np.interp(STEP, steps, np.log10(values))


LEVEL = between((0, 1.0), (20_000, 1.0))
TRAIN = between((0, 4.7), (1_000, 1e-6), (8_000, 5e-7), (12_000, 1e-7), (20_000, 1e-7))
PARTED = between((0, 4.7), (300, 1e-2), (1_000, 1e-2), (20_000, 1e-2))
SMOOTHLY = between((0, 4.7), (1_000, 1e-6), (8_000, 1.0), (20_000, 5.0))
JUMP = np.where(STEP < 5_000, 1e-6, 1.0)
BACK_AND_FORTH = between((0, 4.7), (1_000, 1e-3), (3_000, 1e-1), (5_000, 1e-4), (7_000, 1e-1), (20_000, 1e-2))
CHANGE = between((0, 5.0), (6_000, 5.0), (8_000, 1e-6), (20_000, 1e-6))
LATER = between((0, 5.0), (8_000, 5.0), (10_000, 1e-6), (20_000, 1e-6))
CONTROLS = {"excluded_loss_control.k7": TRAIN, "excluded_loss_control.k9": 1.1 * TRAIN}
FALLING = between((0, 4.7), (8_000, 1e-6), (20_000, 1e-6))
LEVELLED = between((0, 4.7), (1_000, 1e-6), (20_000, 1e-6))
NEVER = between((0, 5.0), (20_000, 1e-6))


@pytest.mark.parametrize(
    ("claim", "upheld", "refuted"),
    [
        ("test-loss-rises", {"test_loss": between((0, 5), (1_000, 9), (20_000, 9))}, {"test_loss": LEVEL}),
        (
            "weights-rise",
            {"sum_squared_weights": between((0, 1), (1_000, 2), (20_000, 1))},
            {"sum_squared_weights": LEVEL},
        ),
        (
            "memorises-without-waves",
            {"train_loss": TRAIN, "excluded_loss.k3": 1.2 * TRAIN, "excluded_loss.k5": TRAIN} | CONTROLS,
            {"train_loss": TRAIN, "excluded_loss.k3": 1.2 * TRAIN, "excluded_loss.k5": PARTED} | CONTROLS,
        ),
        (
            "memorises-without-all-waves",
            {"train_loss": TRAIN, "excluded_loss": 1.2 * TRAIN, "excluded_loss_control": TRAIN},
            {"train_loss": TRAIN, "excluded_loss": PARTED, "excluded_loss_control": TRAIN},
        ),
        (
            "excluded-parts-early",
            {"train_loss": TRAIN, "excluded_loss": PARTED, "excluded_loss_control": TRAIN},
            {"train_loss": TRAIN, "excluded_loss": np.where(STEP == 5_000, 1.0, TRAIN), "excluded_loss_control": TRAIN},
        ),
        (
            "restricted-leads-test",
            {"restricted_loss": CHANGE, "restricted_loss_control": LEVEL * 5, "test_loss": LATER},
            {"restricted_loss": LATER, "restricted_loss_control": LEVEL * 5, "test_loss": CHANGE},
        ),
        (
            "restricted-leads-test",
            {"restricted_loss": CHANGE, "restricted_loss_control": LEVEL * 5, "test_loss": LATER},
            {"restricted_loss": CHANGE, "restricted_loss_control": CHANGE, "test_loss": LATER},
        ),
        ("excluded-loss-has-direction", {"excluded_loss": SMOOTHLY}, {"excluded_loss": BACK_AND_FORTH}),
        ("circuit-grows-smoothly", {"excluded_loss": SMOOTHLY}, {"excluded_loss": JUMP}),
        ("circuit-grows-smoothly", {"excluded_loss": SMOOTHLY}, {"excluded_loss": 1 / SMOOTHLY}),
        (
            "train-loss-plateaus",
            {"train_loss": TRAIN},
            {"train_loss": between((0, 4.7), (8_000, 1e-6), (20_000, 1e-6))},
        ),
        ("restricted-phase-change", {"restricted_loss": CHANGE}, {"restricted_loss": NEVER}),
        (
            "groks-without-spikes",
            {"train_loss": TRAIN, "train_accuracy": np.minimum(1.0, STEP / 1_000)},
            {"train_loss": np.where(STEP == 5_000, 1e-3, TRAIN), "train_accuracy": np.minimum(1.0, STEP / 1_000)},
        ),
    ],
)
def test_a_course_upholds_what_it_shows(claim, upheld, refuted, course, verdict_on):
    assert verdict_on(claim, course(STEP, **upheld)).state == "holds"
    assert verdict_on(claim, course(STEP, **refuted)).state == "fails"


@pytest.mark.parametrize(
    ("name", "column", "more", "none"),
    [
        (
            "weight_fall_speed_up",
            "sum_squared_weights",
            between((0, 1.0), (1_000, 2.0), (8_000, 1.8), (12_000, 0.6), (20_000, 0.5)),
            2.5 - STEP / 10_000,
        ),
        (
            "train_loss_drop_beyond_drift",
            "train_loss",
            TRAIN,
            between((0, 4.7), (1_000, 1e-6), (20_000, 1e-7)),
        ),
        ("train_loss_drop", "train_loss", TRAIN, LEVEL),
    ],
)
def test_effects_are_one_where_nothing_changes(name, column, more, none, course):
    effect = QUANTITIES[name].measure
    assert effect(course(STEP, **{column: more})) > 1.5
    assert effect(course(STEP, **{column: none})) == pytest.approx(1, abs=0.1)


REVERSE_S = between((0, CHANCE), (5_000, CHANCE), (7_000, 0.05), (20_000, 0.01))


@pytest.mark.parametrize("height", [0.97, 1.0, 1.04])
@pytest.mark.parametrize(
    ("claim", "loss"), [("much-data-phase-change", "test_loss"), ("stream-phase-change", "train_loss")]
)
def test_a_slow_start_a_little_over_or_under_guessing_is_one(claim, loss, height, course, verdict_on):
    assert verdict_on(claim, course(STEP, **{loss: height * REVERSE_S})).state == "holds"
    at_once = height * (CHANCE * np.exp(-STEP / 2_000) + 0.01)
    assert verdict_on(claim, course(STEP, **{loss: at_once})).state == "fails"


@pytest.mark.parametrize(("test", "expected"), [(1_000, "holds"), (3_000, "fails"), (None, "fails")])
def test_train_and_test_set_are_learned_together_or_not(test, expected, course, verdict_on):
    right = {"train_accuracy": (STEP >= 1_000) + 0.01, "test_accuracy": ((test or np.inf) <= STEP) + 0.01}
    assert verdict_on("much-data-together", course(STEP, **right)).state == expected
