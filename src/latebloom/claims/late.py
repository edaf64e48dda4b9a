"""Claims about a change long after the model has settled."""

import numpy as np
from jaxtyping import Float

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, register
from latebloom.claims.learning import series_of
from latebloom.claims.quantity import Quantity, Undefined, once, quantity
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Below
from latebloom.claims.systems import LATE
from latebloom.measures.any_model import SUM_SQUARED_WEIGHTS_OF
from latebloom.phases import SETTLES, Series
from latebloom.published import filled

WINDOW = 4000
"""Steps before and after a moment whose medians are compared. Arbitrary: the write-up's change takes 1000s of steps."""

SPACING = 500
"""Steps between two points of the series, at most; arbitrary, eight to a window."""

FEWEST_OTHERS = 19
"""Other moments that it takes to call a change unusual: with 19, the largest of 20 is one in twenty."""

NOTICED = 0.01
"""Attention of `=` to itself from which on it is significant. Arbitrary; settled models have less."""

DOUBLE = 2.0
_UNUSUAL = 0.1

_NEEDS = (
    f"needs a run of {LATE} steps that grokked and settled, with checkpoints every {SPACING} and `latebloom measure`"
)


def windows(series: Series, step: float) -> tuple[float, float]:
    """The medians of the windows before and after a moment."""
    before, after = series.between(step - WINDOW, step), series.between(step, step + WINDOW)
    return float(np.median(before.value)), float(np.median(after.value))


def times_at(series: Series, moments: Float[np.ndarray, " moment"]) -> Float[np.ndarray, " moment"]:
    """Median of the window after each moment over that before it."""
    return np.array([after / before for before, after in (windows(series, step) for step in moments)])


def _series(analysis: Analysis, name: str) -> Series:
    series = series_of(analysis, name)
    if analysis.last_step < LATE or np.diff(series.step).max() > SPACING:
        raise Undefined(_NEEDS)
    return series


@once
def _moments(analysis: Analysis) -> Float[np.ndarray, " moment"]:
    """The moments since the model settled that have a window on both sides."""
    settled, steps = analysis.boundary(SETTLES), _series(analysis, "attention_to_self").step
    if settled is None:
        raise Undefined(_NEEDS)
    moments = steps[(steps >= settled + WINDOW) & (steps <= LATE - WINDOW) & (steps % SPACING == 0)]
    if not len(moments):
        raise Undefined(_NEEDS)
    return moments


@once
def _moment(analysis: Analysis) -> float:
    moments = _moments(analysis)
    return float(moments[times_at(_series(analysis, "attention_to_self"), moments).argmax()])


def _time(analysis: Analysis, column: str) -> float:
    """How many times a series is larger after the late moment than before it."""
    before, after = windows(_series(analysis, column), _moment(analysis))
    return after / before


@quantity("steps", "the step after settling at which the attention of `=` to itself rises most")
def late_change_at(analysis: Analysis) -> float:
    return _moment(analysis)


@quantity(
    "times",
    f"the largest rise of the attention of `=` to itself between settling and step {LATE}, as the median of {WINDOW} "
    "steps after a moment over that of as many before it,",
)
def late_attention_times(analysis: Analysis) -> float:
    return _time(analysis, "attention_to_self")


@quantity("share", f"the attention of `=` to itself before that moment, the median of {WINDOW} steps,")
def late_attention_before(analysis: Analysis) -> float:
    return windows(_series(analysis, "attention_to_self"), _moment(analysis))[0]


@quantity("share", f"the attention of `=` to itself after that moment, the median of {WINDOW} steps,")
def late_attention_after(analysis: Analysis) -> float:
    return windows(_series(analysis, "attention_to_self"), _moment(analysis))[1]


def _matrices(analysis: Analysis) -> dict[str, float]:
    """How many times each matrix's sum of squares is larger after that moment than before it."""
    names = SUM_SQUARED_WEIGHTS_OF.among(analysis.metrics)
    found = {
        texts["tensor"]: _time(analysis, name) for name, texts in names.items() if texts["tensor"].startswith("W_")
    }
    if not found:
        raise Undefined("the run has no sums of squares by matrix; `latebloom measure` may add them")
    return found


def _most(analysis: Analysis) -> str:
    changes = _matrices(analysis)
    return max(changes, key=lambda name: abs(np.log(changes[name])))


@quantity("", "the matrix whose sum of squares changes most at that moment, by its factor")
def late_matrix(analysis: Analysis) -> str:
    return _most(analysis)


@quantity("times", "that matrix's sum of squares after that moment, over that before it, by the same medians,")
def late_matrix_times(analysis: Analysis) -> float:
    return _matrices(analysis)[_most(analysis)]


class _LateLoss:
    """How a loss changes at that moment, and how unusual such a change is. sign: 1 if it should rise, -1 if fall."""

    def __init__(self, column: str, sign: int) -> None:
        what, way = column.replace("_", " "), "rise" if sign > 0 else "fall"

        @quantity(
            "times", f"{what} after that moment over that before it, by the same medians,", name=f"late_{column}_times"
        )
        def times(analysis: Analysis) -> float:
            return _time(analysis, column)

        @quantity(
            "share",
            f"the share of moments after settling, more than {WINDOW} steps from that one, at which {what} has at "
            f"least as large a {way}, (b + 1) / (m + 1),",
            name=f"late_{column}_unusual",
        )
        def unusual(analysis: Analysis) -> float:
            series, moment, moments = _series(analysis, column), _moment(analysis), _moments(analysis)
            others = moments[np.abs(moments - moment) > WINDOW]
            if len(others) < FEWEST_OTHERS:
                raise Undefined(f"{len(others)} other moments to compare with, and {FEWEST_OTHERS} are needed")
            here = sign * np.log(_time(analysis, column))
            return float((np.sum(sign * np.log(times_at(series, others)) >= here) + 1) / (len(others) + 1))

        self.times: Quantity = times
        self.unusual: Quantity = unusual


_test, _train, _restricted = _LateLoss("test_loss", 1), _LateLoss("train_loss", -1), _LateLoss("restricted_loss", -1)

register(
    Claim(
        id="late-attention",
        sentence=filled(
            "Long after the model has settled (in W at step {mainline.late_change}) `=` begins to attend to itself."
        ),
        place="W, footnote 27",
        published="from never to significantly",
        region=AllOf(
            Above(late_attention_times, DOUBLE, "arbitrary"),
            AtLeast(
                late_attention_after,
                NOTICED,
                "arbitrary; above what settled models have, " + filled("{mainline.attention_to_itself} in P"),
            ),
        ),
        finding="from {late_attention_before:.2%} to {late_attention_after:.2%} ({late_attention_times:.2f} times) "
        "near step {late_change_at:.0f}, its largest rise; of the matrices {late_matrix} changes most there, "
        "{late_matrix_times:.2f} times in its sum of squares",
        system="late",
        figure="training-curve",
    ),
    Claim(
        id="late-losses",
        sentence="When `=` late begins to attend to itself, trig loss and train loss fall, and test loss rises.",
        place="W, footnote 27",
        published="a tiny phase change",
        region=AllOf(
            AtMost(_test.unusual, _UNUSUAL, "arbitrary; W calls the change tiny, so it is compared with drift"),
            AtMost(_train.unusual, _UNUSUAL),
            AtMost(_restricted.unusual, _UNUSUAL),
            Above(_test.times, 1.0),
            Below(_train.times, 1.0),
            Below(_restricted.times, 1.0),
        ),
        provided=Above(late_attention_times, DOUBLE, "otherwise there is no such moment"),
        finding="test loss {late_test_loss_times:.2f} times, train loss {late_train_loss_times:.2f} times, restricted "
        "loss {late_restricted_loss_times:.2f} times near step {late_change_at:.0f}; as large elsewhere at "
        "{late_test_loss_unusual:.0%}, {late_train_loss_unusual:.0%} and {late_restricted_loss_unusual:.0%} of moments",
        system="late",
        figure="training-curve",
    ),
)
