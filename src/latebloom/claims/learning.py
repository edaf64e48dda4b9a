"""Quantities of how a run learned its train set and its test set, which many claims share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool

from latebloom.analysis import Analysis
from latebloom.claims.quantity import Never, Undefined, once, percent, quantity
from latebloom.measures import Snapshot
from latebloom.phases import MEMORISATION_ENDS, UNDER_GUESSING, Series
from latebloom.phases.outcome import DELAY, LEARNED_ACCURACY, LEARNED_LOSS_SHARE, Outcome, outcome_of
from latebloom.statistics import first_reached
from latebloom.tasks.guessing import guessing_losses
from latebloom.tasks.split import UNLISTED

if TYPE_CHECKING:
    from torch import Tensor


THREE_QUARTERS = 0.75

RIGHT = 0.9
"""Accuracy at which a set counts as mostly right: for claims about the middle of learning, not about grokking."""

MOSTLY_RIGHT = percent(RIGHT)


def series_of(analysis: Analysis, name: str) -> Series:
    """A series of the run. Errors: Undefined where it was neither recorded nor measured."""
    series = analysis.series(name)
    if series is None:
        raise missing(analysis, name)
    return series


def train_mask_of(snapshot: Snapshot) -> Bool[Tensor, "x y"] | None:
    """The pairs of the train set; None for a stream, which stands for all. Errors: Undefined where it is not known."""
    from latebloom.circuits.modular.views import train_mask

    if snapshot.lacks_train_set:
        raise Undefined(UNLISTED)
    return snapshot.get(train_mask)


def missing(analysis: Analysis, what: str) -> Undefined:
    """The reason why a series is missing, and what may add it."""
    data = analysis.run.experiment.data
    if data.listed or data.fixed is False:
        return Undefined(f"the run has no {what}; `latebloom measure` may add it")
    return Undefined(f"the run has no {what}: {UNLISTED}")


def boundary_of(analysis: Analysis, name: str) -> float:
    """The step of a boundary of `latebloom.phases`. Errors: Undefined where the run did not reach it."""
    step = analysis.boundary(name)
    if step is None:
        raise Undefined(_missing(analysis, name))
    return step


def _missing(analysis: Analysis, name: str) -> str:
    boundary = analysis.phases.boundary(name)
    return f"no step for {name!r}: {(boundary.reason or boundary.rule).rstrip('.')}"


def right_from(analysis: Analysis, kind: str) -> float | None:
    """The first recorded step at which the accuracy on that set is `RIGHT`; None where it never is."""
    accuracy = series_of(analysis, f"{kind}_accuracy")
    return first_reached(accuracy.step, accuracy.value, RIGHT)


def _reached(analysis: Analysis, kind: str) -> float:
    step = right_from(analysis, kind)
    if step is None:
        last = series_of(analysis, f"{kind}_accuracy").step[-1]
        raise Never(f"{kind} accuracy does not reach {MOSTLY_RIGHT} by step {last:.0f}")
    return step


@quantity("steps", f"the step at which train accuracy first is {MOSTLY_RIGHT}")
def train_90_at(analysis: Analysis) -> float:
    return _reached(analysis, "train")


@quantity("steps", f"the step at which test accuracy first is {MOSTLY_RIGHT}")
def test_90_at(analysis: Analysis) -> float:
    return _reached(analysis, "test")


@quantity("steps", f"the last recorded step before test accuracy first is {MOSTLY_RIGHT}")
def test_below_90_until(analysis: Analysis) -> float:
    steps, step = series_of(analysis, "test_accuracy").step, right_from(analysis, "test")
    earlier = steps if step is None else steps[steps < step]
    return float(earlier[-1]) if len(earlier) else 0.0


@quantity("steps", "the last step of the run")
def last_step(analysis: Analysis) -> int:
    return analysis.last_step


@quantity("share", "test accuracy at the end")
def final_test_accuracy(analysis: Analysis) -> float:
    return float(series_of(analysis, "test_accuracy").value[-1])


@quantity("share", "test accuracy after three quarters of the steps")
def test_accuracy_at_three_quarters(analysis: Analysis) -> float:
    accuracy = series_of(analysis, "test_accuracy")
    return accuracy.at(THREE_QUARTERS * accuracy.step[-1])


@quantity("steps", "the step at which memorisation ends, because train loss has levelled out")
def memorised_at(analysis: Analysis) -> float:
    return boundary_of(analysis, MEMORISATION_ENDS)


@quantity("steps", "the step from which test loss stays under the loss of guessing")
def test_under_guessing_at(analysis: Analysis) -> float:
    return boundary_of(analysis, UNDER_GUESSING)


def span(analysis: Analysis) -> tuple[float, float]:
    """Circuit formation: from the end of memorisation until test loss stays under guessing.

    Errors: Undefined where the two are not in this order.
    """
    found = analysis.interpolation
    if found is None:
        raise Undefined(analysis.phases.reason.rstrip("."))
    return found


def near(series: Series, step: float, count: int = 20) -> float:
    """The median of the ``count`` values nearest to a step."""
    return float(np.median(series.value[np.argsort(np.abs(series.step - step))[:count]]))


LEARNED = percent(LEARNED_ACCURACY)


@once
def _outcome(analysis: Analysis) -> Outcome:
    found = analysis.outcome
    if found.name is None:
        raise Undefined(found.reason.rstrip("."))
    return found


@quantity(
    "",
    f"the outcome of the run (grokked: train accuracy reached {LEARNED}, and test accuracy reached it and stayed "
    "there "
    f"at {DELAY:g} times that step or later)",
)
def outcome(analysis: Analysis) -> str:
    return str(_outcome(analysis).name)


def _learned_at(found: Outcome, step: float | None, what: str) -> float:
    if step is None:
        raise Never(f"{what} by the last step. {found.reason.rstrip('.')}")
    return step


@quantity("steps", f"the step from which the train set is learned, at {LEARNED} accuracy")
def train_learned_at(analysis: Analysis) -> float:
    found = _outcome(analysis)
    return _learned_at(found, found.train_learned_at, f"train accuracy does not reach {LEARNED}")


@quantity("steps", f"the step from which the test set stays learned, at {LEARNED} accuracy")
def test_learned_at(analysis: Analysis) -> float:
    found = _outcome(analysis)
    return _learned_at(found, found.test_learned_at, f"test accuracy does not reach {LEARNED} and stay there")


_LOW = f"{percent(LEARNED_LOSS_SHARE)} of the loss of guessing"


@once
def _outcome_by_loss(analysis: Analysis) -> Outcome:
    losses = {name: series_of(analysis, name) for name in ("train_loss", "test_loss")}
    guessing = float(np.mean(list(guessing_losses(analysis.task).values())))
    return outcome_of(losses, guessing_loss=guessing)


@quantity(
    "",
    f"the outcome of the run by its losses (grokked: train loss fell below {_LOW}, and test loss fell below it and "
    f"stayed there at {DELAY:g} times that step or later)",
)
def outcome_by_loss(analysis: Analysis) -> str:
    return str(_outcome_by_loss(analysis).name)


@quantity("steps", f"the step from which train loss stays below {_LOW}")
def train_loss_learned_at(analysis: Analysis) -> float:
    found = _outcome_by_loss(analysis)
    return _learned_at(found, found.train_learned_at, f"train loss does not fall below {_LOW}")


@quantity("steps", f"the step from which test loss stays below {_LOW}")
def test_loss_learned_at(analysis: Analysis) -> float:
    found = _outcome_by_loss(analysis)
    return _learned_at(found, found.test_learned_at, f"test loss does not fall below {_LOW} and stay there")
