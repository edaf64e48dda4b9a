"""Quantities of how a run learned its train set and its test set, which many claims share."""

from __future__ import annotations

import numpy as np

from latebloom.claims.evidence import Evidence
from latebloom.claims.quantity import Never, Undefined, once, percent, quantity
from latebloom.phases import Series
from latebloom.phases.outcome import DELAY, LEARNED_ACCURACY, LEARNED_LOSS_SHARE, Outcome, outcome_of
from latebloom.statistics import first_reached
from latebloom.tasks.guessing import guessing_losses

NEEDS_PHASES = "needs a run that grokked, and `latebloom measure`"
"""Why a quantity of the phases is undefined on a run that lacks them."""

THREE_QUARTERS = 0.75

RIGHT = 0.9
"""Accuracy at which a set counts as mostly right: for claims about the middle of learning, not about grokking."""

_RIGHT = percent(RIGHT)


def series_of(evidence: Evidence, name: str) -> Series:
    """A series of the run. Errors: Undefined where it was neither recorded nor measured."""
    series = evidence.series(name)
    if series is None:
        raise Undefined(f"the run has no {name}; `latebloom measure` may add it")
    return series


def boundary_of(evidence: Evidence, phase: str) -> float:
    """The step at which a phase starts. Errors: Undefined where it was not found."""
    step = evidence.boundary(phase)
    if step is None:
        raise Undefined(NEEDS_PHASES)
    return step


def _reached(evidence: Evidence, kind: str) -> float:
    accuracy = series_of(evidence, f"{kind}_accuracy")
    step = first_reached(accuracy.step, accuracy.value, RIGHT)
    if step is None:
        raise Never(f"{kind} accuracy does not reach {_RIGHT} by step {accuracy.step[-1]:.0f}")
    return step


@quantity("steps", f"the step at which train accuracy first is {_RIGHT}")
def train_90_at(evidence: Evidence) -> float:
    return _reached(evidence, "train")


@quantity("steps", f"the step at which test accuracy first is {_RIGHT}")
def test_90_at(evidence: Evidence) -> float:
    return _reached(evidence, "test")


@quantity("steps", f"the last recorded step before test accuracy first is {_RIGHT}")
def test_below_90_until(evidence: Evidence) -> float:
    accuracy = series_of(evidence, "test_accuracy")
    step = first_reached(accuracy.step, accuracy.value, RIGHT)
    earlier = accuracy.step if step is None else accuracy.step[accuracy.step < step]
    return float(earlier[-1]) if len(earlier) else 0.0


@quantity("steps", "the last step of the run")
def last_step(evidence: Evidence) -> int:
    return evidence.last_step


@quantity("share", "test accuracy at the end")
def final_test_accuracy(evidence: Evidence) -> float:
    return float(series_of(evidence, "test_accuracy").value[-1])


@quantity("share", "test accuracy after three quarters of the steps")
def test_accuracy_at_three_quarters(evidence: Evidence) -> float:
    accuracy = series_of(evidence, "test_accuracy")
    return accuracy.at(THREE_QUARTERS * accuracy.step[-1])


@quantity("steps", "the step at which memorisation ends, because train loss has levelled out")
def memorised_at(evidence: Evidence) -> float:
    return boundary_of(evidence, "circuit formation")


@quantity("steps", "the step at which test loss begins to fall")
def test_loss_falls_at(evidence: Evidence) -> float:
    return boundary_of(evidence, "clean-up")


@quantity("steps", "the step at which test loss has settled")
def test_loss_settles_at(evidence: Evidence) -> float:
    return boundary_of(evidence, "stable")


def span(evidence: Evidence) -> tuple[float, float]:
    """From the end of memorisation to the fall of test loss. Errors: Undefined where the run did not grok."""
    found = evidence.interpolation
    if found is None:
        raise Undefined(NEEDS_PHASES)
    return found


def near(series: Series, step: float, count: int = 20) -> float:
    """The median of the ``count`` values nearest to a step."""
    return float(np.median(series.value[np.argsort(np.abs(series.step - step))[:count]]))


_LEARNED = f"{percent(LEARNED_ACCURACY)}"


@once
def _outcome(evidence: Evidence) -> Outcome:
    found = evidence.run.outcome
    if found.name is None:
        raise Undefined(found.reason.rstrip("."))
    return found


@quantity(
    "",
    f"the outcome of the run (grokked: train accuracy reached {_LEARNED}, and test accuracy reached it and stayed "
    "there "
    f"at {DELAY:g} times that step or later)",
)
def outcome(evidence: Evidence) -> str:
    return str(_outcome(evidence).name)


def _learned_at(found: Outcome, step: float | None, what: str) -> float:
    if step is None:
        raise Never(f"{what} by the last step. {found.reason.rstrip('.')}")
    return step


@quantity("steps", f"the step from which the train set is learned, at {_LEARNED} accuracy")
def train_learned_at(evidence: Evidence) -> float:
    found = _outcome(evidence)
    return _learned_at(found, found.train_learned_at, f"train accuracy does not reach {_LEARNED}")


@quantity("steps", f"the step from which the test set stays learned, at {_LEARNED} accuracy")
def test_learned_at(evidence: Evidence) -> float:
    found = _outcome(evidence)
    return _learned_at(found, found.test_learned_at, f"test accuracy does not reach {_LEARNED} and stay there")


_LOW = f"{percent(LEARNED_LOSS_SHARE)} of the loss of guessing"


@once
def _outcome_by_loss(evidence: Evidence) -> Outcome:
    losses = {name: series_of(evidence, name) for name in ("train_loss", "test_loss")}
    guessing = float(np.mean(list(guessing_losses(evidence.run.task).values())))
    return outcome_of(losses, guessing_loss=guessing)


@quantity(
    "",
    f"the outcome of the run by its losses (grokked: train loss fell below {_LOW}, and test loss fell below it and "
    f"stayed there at {DELAY:g} times that step or later)",
)
def outcome_by_loss(evidence: Evidence) -> str:
    return str(_outcome_by_loss(evidence).name)


@quantity("steps", f"the step from which train loss stays below {_LOW}")
def train_loss_learned_at(evidence: Evidence) -> float:
    found = _outcome_by_loss(evidence)
    return _learned_at(found, found.train_learned_at, f"train loss does not fall below {_LOW}")


@quantity("steps", f"the step from which test loss stays below {_LOW}")
def test_loss_learned_at(evidence: Evidence) -> float:
    found = _outcome_by_loss(evidence)
    return _learned_at(found, found.test_learned_at, f"test loss does not fall below {_LOW} and stay there")
