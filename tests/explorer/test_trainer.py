"""Training in the page: the same initial weights, split and steps as Python's, until it groks."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from latebloom.recipes.settings import experiment_of
from latebloom.runs.threads import single_threaded_torch
from latebloom.training import Experiment
from latebloom.training.trainer import Trainer

SEEDS = (1, 2, 3)
"""A rounding can move a pre-activation across the kink of the ReLU, after which two trainings differ by much more than
rounding, as two trainings of Python do; so the middle of several seeds is compared."""

SAME = 2e-5
"""Deviation in units of a tensor's range that counts as rounding: where no kink is crossed, moving Python's own initial
weights by one rounding moves its weights after 100 steps by about 1e-5."""

_TRAINED = """async ([settings, count]) => {
  const { step, weights } = await latebloom.trainer.trained(settings, count);
  return [step, Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, Array.from(tensor.data)]))];
}"""

SMALL: dict[str, Any] = {"operation": "modular_addition", "p": 23, "fraction": 0.5, "width": 64, "lr": 1e-3, "decay": 1}


@pytest.fixture(scope="module")
def page(transformer_page: Callable[..., Any]) -> Iterator[Any]:
    """The page of a fresh model, for its trainer. Python's models are so small that a second thread only waits."""
    shown = transformer_page().page
    with single_threaded_torch():
        yield shown
    shown.close()


@pytest.mark.parametrize(
    ("model", "operation"), [("mlp", "modular_multiplication"), ("transformer", "modular_subtraction")]
)
def test_hundred_steps_as_in_python(page: Any, model: str, operation: str) -> None:
    worst, usual = [], []
    for seed in SEEDS:
        settings = {**SMALL, "model": model, "operation": operation, "seed": seed}
        _, first = _trained(page, settings, 0)
        trainer = Trainer(_experiment(page))
        assert max(_deviations(first, trainer)) < 3e-7, "initial weights"
        assert _train_pairs(page) == _pairs_of(trainer), "split"
        step, weights = _trained(page, settings, 100)
        for _ in range(0, 100, 10):
            trainer.advance(10)
        assert step == trainer.step == 100
        deviations = _deviations(weights, trainer)
        worst.append(float(deviations.max()))
        usual.append(float(np.quantile(deviations, 0.9)))
        _same_metrics(page, trainer)
    assert np.median(worst) < SAME, worst
    assert max(usual) < SAME, usual


def test_update_of_a_large_rate_is_seen_to_diverge(page: Any) -> None:
    page.evaluate(_TRAINED, [{**SMALL, "model": "mlp", "lr": 1, "decay": 0, "seed": 1}, 0])
    page.evaluate("latebloom.trainer.chosen.lr.value = 1e30")
    page.wait_for_function("latebloom.trainer.snapshot.value?.step === 0")
    page.evaluate("latebloom.trainer.run()")
    page.wait_for_function("latebloom.trainer.stopped.value?.why === 'diverged'", timeout=30_000)
    assert "diverged at step" in page.inner_text("#view-train [role=status]")


def test_it_groks_within_a_minute(page: Any) -> None:
    page.evaluate("latebloom.trainer.trained(latebloom.trainer.DEFAULTS.transformer, 0)")
    before = _pixels(page)
    page.click("#view-train button.primary")
    page.wait_for_function("latebloom.trainer.stopped.value !== null", timeout=60_000)
    assert page.evaluate("latebloom.trainer.stopped.value.why") == "generalised"
    found = page.evaluate("({ ...latebloom.trainer.milestones.value })")
    assert found["generalised"] >= 2 * found["trained"]
    assert page.evaluate("latebloom.trainer.snapshot.value.keys.length") > 0
    assert "It grokked" in page.inner_text("#view-train [role=status]")
    page.wait_for_timeout(300)
    after = _pixels(page)
    assert before.keys() == after.keys()
    assert all(before[name] != after[name] for name in before)
    _shown_above(page)


def _shown_above(page: Any) -> None:
    """The trained model takes the run's place in the other views, and gives it back."""
    run = page.inner_text("h1")
    trained = page.evaluate("latebloom.trainer.snapshot.value.spectrum.cos[2]")
    page.get_by_role("button", name="Show it in the views above").click()
    page.wait_for_function("latebloom.state.steps.value.length > 1", timeout=30_000)
    assert page.inner_text("h1").startswith("trained-here-transformer-p31-seed0")
    last = page.evaluate("latebloom.state.steps.value.length - 1")
    shown = page.evaluate(f"latebloom.ask('embedding-spectrum', {last}, {{}}).then((found) => found.cos[2])")
    assert shown == pytest.approx(trained, rel=1e-5)
    page.get_by_role("button", name="Back to").click()
    page.wait_for_function("latebloom.state.steps.value.length === 1", timeout=30_000)
    assert page.inner_text("h1") == run


def test_settings_stand_in_the_address_and_wrong_ones_are_refused(page: Any) -> None:
    page.evaluate(_TRAINED, [{**SMALL, "model": "mlp", "seed": 3}, 0])
    assert "train-model=mlp" in page.url
    assert "train-seed=3" in page.url
    page.evaluate("latebloom.trainer.chosen.p.value = 24")
    assert "expected a prime" in page.inner_text("#view-train [role=status]")
    page.evaluate("latebloom.trainer.chosen.p.value = 23")
    page.evaluate("latebloom.trainer.chosen.operation.value = 'modular_subtraction'")
    assert "cannot distinguish" in page.inner_text("#view-train [role=status]")


def _trained(page: Any, settings: dict[str, Any], steps: int) -> tuple[int, dict[str, Any]]:
    step, weights = page.evaluate(_TRAINED, [settings, steps])
    return step, weights


def _experiment(page: Any) -> Experiment:
    """The experiment of the command that the page gives for the same training in Python."""
    command = page.evaluate("latebloom.trainer.commandOf(latebloom.trainer.settings.value, 100)")
    latebloom, train, name, seed, number, *arguments = command.split()
    assert (latebloom, train, seed) == ("latebloom", "train", "--seed")
    return experiment_of(name, int(number), arguments)


def _deviations(got: dict[str, Any], trainer: Trainer) -> np.ndarray:
    """Of each weight, in units of its tensor's range (of 1 where that is constant)."""
    parts = []
    expected = trainer.weights()
    assert list(got) == list(expected)
    for name, tensor in expected.items():
        values = tensor.numpy().ravel()
        parts.append(np.abs(np.asarray(got[name], np.float32) - values) / (np.ptp(values) or 1.0))
    return np.concatenate(parts)


def _train_pairs(page: Any) -> set[tuple[int, int]]:
    """The pairs that the page calls training pairs."""
    flags = page.evaluate("Array.from(latebloom.trainer.split(latebloom.trainer.settings.value).inTrain)")
    return {divmod(row, SMALL["p"]) for row in np.flatnonzero(flags).tolist()}


def _pairs_of(trainer: Trainer) -> set[tuple[int, int]]:
    assert trainer.data.train is not None
    return {(x, y) for x, y, _ in trainer.data.train.tokens.tolist()}


def _same_metrics(page: Any, trainer: Trainer) -> None:
    shown, expected = page.evaluate("latebloom.trainer.curve.value.at(-1)"), trainer.metrics()
    for name, column in {"trainLoss": "train_loss", "testLoss": "test_loss", "size": "sum_squared_weights"}.items():
        assert shown[name] == pytest.approx(expected[column], rel=1e-2), name
    assert shown["testAccuracy"] == pytest.approx(expected["test_accuracy"], abs=0.02)


def _pixels(page: Any) -> dict[str, str]:
    """What the live views show, by view."""
    views = ("train-curves", "train-spectrum", "train-circles", "train-neurons", "train-answers")
    pictures = {}
    for view in views:
        card = page.locator(f"#view-{view}")
        card.scroll_into_view_if_needed()
        page.wait_for_timeout(150)
        pictures[view] = card.screenshot()
    return pictures
