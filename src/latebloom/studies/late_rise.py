"""The late rise: when `=` begins to attend to itself, and what else changes then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from latebloom.analysis import Analysis
from latebloom.circuits.modular import views
from latebloom.circuits.modular.grid import modular_grid
from latebloom.circuits.modular.key_frequencies import key_frequencies
from latebloom.claims.late import SPACING, WINDOW, times_at, windows
from latebloom.claims.learning import series_of
from latebloom.claims.quantity import Quantity, Undefined, once, quantity
from latebloom.claims.views import modular_task
from latebloom.measures.any_model import SUM_SQUARED_WEIGHTS
from latebloom.models import Model
from latebloom.phases import MEMORISATION_ENDS, SETTLES, Series

FEWEST_OTHERS = 10
"""Other moments of a run whose median is its drift. Arbitrary."""


@dataclass(frozen=True)
class _Point:
    """A checkpoint. attention: of `=` to itself. weights: sum of squares by matrix."""

    step: int
    attention: float
    weights: dict[str, float]


@once
def _course(analysis: Analysis) -> list[_Point]:
    """All checkpoints. Errors: Undefined for another model than a transformer, and for too few checkpoints."""
    steps, points = analysis.run.checkpoints, []
    if len(steps) < 2 or np.diff(steps).max() > SPACING:
        raise Undefined(f"needs checkpoints every {SPACING} steps")
    for step in steps:
        model = analysis.run.checkpoint(step).model
        pattern = modular_grid(model, modular_task(analysis)).pattern
        if pattern is None:
            raise Undefined("the model has no attention")
        matrices = {
            name.rpartition(".")[2]: float(weight.detach().square().sum())
            for name, weight in model.named_parameters()
            if name.rpartition(".")[2].startswith("W_")
        }
        points.append(_Point(step, float(pattern[..., -1].mean()), matrices))
    return points


def _over(analysis: Analysis, values: Sequence[float]) -> Series:
    """A series over the checkpoints."""
    return Series(np.array([point.step for point in _course(analysis)], dtype=float), np.array(values))


def _attention(analysis: Analysis) -> Series:
    return _over(analysis, [point.attention for point in _course(analysis)])


def _start(analysis: Analysis) -> float:
    """The step at which test loss settles; where it never does, that at which memorisation ends."""
    for boundary in (SETTLES, MEMORISATION_ENDS):
        step = analysis.boundary(boundary)
        if step is not None:
            return step
    raise Undefined("the run neither settles nor memorises")


@once
def _moments(analysis: Analysis) -> Float[np.ndarray, " moment"]:
    """The checkpoints since then that have a window on both sides."""
    steps, start = _attention(analysis).step, _start(analysis)
    moments = steps[(steps >= start + WINDOW) & (steps <= steps[-1] - WINDOW)]
    if not len(moments):
        raise Undefined(f"no checkpoint has {WINDOW} steps on both sides since the run settled")
    return moments


@once
def _moment(analysis: Analysis) -> float:
    """When the attention of `=` to itself rises most."""
    return float(_moments(analysis)[times_at(_attention(analysis), _moments(analysis)).argmax()])


def _times(series: Series, moment: float) -> float:
    return float(times_at(series, np.array([moment]))[0])


@quantity("steps", "the checkpoint since settling (of a run that never settles, since memorising) of the largest rise")
def rise_at(analysis: Analysis) -> float:
    return _moment(analysis)


@quantity(
    "times",
    f"the largest rise of the attention of `=` to itself since then, as the median of {WINDOW} steps after a "
    "checkpoint over that of as many before it,",
)
def rise_times(analysis: Analysis) -> float:
    return _times(_attention(analysis), _moment(analysis))


@quantity("share", "the attention of `=` to itself after that rise, by the same median,")
def rise_to(analysis: Analysis) -> float:
    return windows(_attention(analysis), _moment(analysis))[1]


@quantity("", "the matrix whose sum of squares changes by the largest factor at that rise")
def rise_matrix(analysis: Analysis) -> str:
    changes = {
        name: abs(np.log(_times(_over(analysis, [one.weights[name] for one in _course(analysis)]), _moment(analysis))))
        for name in _course(analysis)[0].weights
    }
    return max(changes, key=changes.__getitem__)


def _at_rise(column: str, what: str, name: str) -> Quantity:
    @quantity("times", f"{what} after that rise, over that before it, by the same medians,", name=name)
    def times(analysis: Analysis) -> float:
        return _times(series_of(analysis, column), _moment(analysis))

    return times


def _beyond_drift(column: str, what: str, name: str) -> Quantity:
    """The control is the run itself: what decays or drifts all the time does so at its other moments, too."""

    @quantity(
        "times",
        f"the factor by which {what} changes at that rise, over the median of its factors at the run's other "
        f"moments since settling, more than {WINDOW} steps away,",
        name=name,
    )
    def times(analysis: Analysis) -> float:
        series, moment, moments = series_of(analysis, column), _moment(analysis), _moments(analysis)
        others = moments[np.abs(moments - moment) > WINDOW]
        if len(others) < FEWEST_OTHERS:
            raise Undefined(f"{len(others)} other moments to compare with, and {FEWEST_OTHERS} are needed")
        return _times(series, moment) / float(np.median(times_at(series, others)))

    return times


rise_weights = _at_rise(SUM_SQUARED_WEIGHTS.name, "the sum of all squared weights", "rise_weights_times")
rise_test_loss = _at_rise("test_loss", "test loss", "rise_test_loss_times")
rise_train_loss = _at_rise("train_loss", "train loss", "rise_train_loss_times")
rise_weights_beyond_drift = _beyond_drift(
    SUM_SQUARED_WEIGHTS.name, "the sum of all squared weights", "rise_weights_beyond_drift"
)
rise_test_loss_beyond_drift = _beyond_drift("test_loss", "test loss", "rise_test_loss_beyond_drift")


def model_at_start(analysis: Analysis) -> Model:
    """The model of the first checkpoint after test loss settles; where it never does, after memorisation ends."""
    return analysis.run.checkpoint(_since(analysis, _start(analysis))[0]).model


def _since(analysis: Analysis, start: float) -> list[int]:
    """The steps of the checkpoints from a step on. Errors: Undefined without any."""
    later = [step for step in analysis.run.checkpoints if step >= start]
    if not later:
        raise Undefined(f"the run has no checkpoint from step {start:.0f} on")
    return later


@quantity(
    "frequencies",
    "the number of frequencies that are key at both of the first two checkpoints after settling and at neither of the "
    "last two, or the reverse",
)
def frequencies_exchanged(analysis: Analysis) -> int:
    """Two checkpoints each, so that a frequency at the threshold, which comes and goes, does not count."""
    settled = analysis.boundary(SETTLES)
    if settled is None:
        raise Undefined("the run does not settle")
    steps = _since(analysis, settled)
    if len(steps) < 4:
        raise Undefined(f"{len(steps)} checkpoints after settling, and 4 are needed")
    one, two, other, last = (_keys(analysis, step) for step in (*steps[:2], *steps[-2:]))
    return len((one & two) - (other | last)) + len((other & last) - (one | two))


def _keys(analysis: Analysis, step: int) -> set[int]:
    grid = modular_grid(analysis.run.checkpoint(step).model.double(), modular_task(analysis))
    return set(key_frequencies(grid, views.DEFAULT_RULE))
