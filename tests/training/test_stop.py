import math

from latebloom.training import Training, stop_rule


def feed(
    losses, accuracy=lambda step: 1.0, weights=lambda step: 900.0, until: int = 6000, every: int = 10
) -> str | None:
    rule = stop_rule(Training(stop="settled"))
    for step in range(0, until, every):
        metrics = {"test_loss": losses(step), "test_accuracy": accuracy(step), "sum_squared_weights": weights(step)}
        if reason := rule.update(step, metrics):
            return reason
    return None


def test_settles_one_window_after_the_loss_falls() -> None:
    changed = feed(lambda step: 10.0 if step < 2000 else 1e-6, lambda step: float(step >= 2000))
    assert changed == "settled by step 4000"


def test_a_spacing_that_does_not_divide_the_window_settles_too() -> None:
    assert feed(lambda step: 1e-6, every=300) == "settled by step 2100"
    assert feed(lambda step: 1e-6, every=1500) == "settled by step 3000"


def test_nothing_settles_while_loss_falls_weights_move_or_answers_are_wrong() -> None:
    assert feed(lambda step: math.exp(-step / 300)) is None
    assert feed(lambda step: 1e-6, weights=lambda step: 2000 * math.exp(-step / 5000)) is None
    assert feed(lambda step: 1e-6, lambda step: 0.99) is None


def test_a_memorised_run_never_settles() -> None:
    assert feed(lambda step: 20.0, lambda step: 0.01) is None


def test_without_a_test_set_only_steps_end_a_run() -> None:
    rule = stop_rule(Training(stop="settled"))
    assert all(rule.update(step, {"train_loss": 0.0}) is None for step in range(0, 3000, 10))


def test_the_step_at_which_shrinking_weights_settle_is_foreseen() -> None:
    def weights(step: int) -> float:
        return 900 * math.exp(0.5 * math.exp(-step / 1500))  # its logarithm shrinks exponentially

    rule, foreseen, end = stop_rule(Training(stop="settled")), {}, None
    while end is None:
        step = 10 * len(foreseen)
        metrics = {"test_loss": 1e-6, "test_accuracy": float(step >= 1000), "sum_squared_weights": weights(step)}
        end = step if rule.update(step, metrics) else None
        foreseen[step] = rule.expected
    assert foreseen[990] is None  # a run that never generalises never settles
    assert foreseen[1000] == 990 + 2000  # the earliest that can be
    assert abs(foreseen[3500] - end) < 0.02 * end
