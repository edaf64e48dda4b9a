"""Claims about a change long after the model has settled."""

import numpy as np
from jaxtyping import Float

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, register
from latebloom.claims.learning import series_of
from latebloom.claims.quantity import Quantity, Undefined, quantity
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.systems import LATE
from latebloom.phases import Series
from latebloom.published import filled

WINDOW = 4000
"""Steps before and after a moment whose medians are compared. Arbitrary: the write-up's change takes 1000s of steps."""

SPACING = 500
"""Steps between two points of the series, at most; arbitrary, eight to a window."""

_DOUBLE = 2.0
_TINY = 1.02

_NEEDS = (
    f"needs a run of {LATE} steps that grokked and settled, with checkpoints every {SPACING} and `latebloom measure`"
)


def _steps_up(series: Series, moments: Float[np.ndarray, " moment"]) -> Float[np.ndarray, " moment"]:
    """Median of the window after each moment over that before it."""
    after, before = (
        [np.median(series.between(step - back, step + WINDOW - back).value) for step in moments] for back in (0, WINDOW)
    )
    return np.array(after) / np.array(before)


def _series(analysis: Analysis, name: str) -> Series:
    series = series_of(analysis, name)
    if analysis.last_step < LATE or np.diff(series.step).max() > SPACING:
        raise Undefined(_NEEDS)
    return series


def _moments(analysis: Analysis) -> Float[np.ndarray, " moment"]:
    """The moments since the model settled that have a window on both sides."""
    settled, steps = analysis.boundary("stable"), _series(analysis, "attention_to_self").step
    if settled is None:
        raise Undefined(_NEEDS)
    moments = steps[(steps >= settled + WINDOW) & (steps <= LATE - WINDOW) & (steps % SPACING == 0)]
    if not len(moments):
        raise Undefined(_NEEDS)
    return moments


def _rises(analysis: Analysis) -> tuple[float, float]:
    """The moment at which attention to itself rises most, and how many times it is more after it than before."""
    moments = _moments(analysis)
    times = _steps_up(_series(analysis, "attention_to_self"), moments)
    best = int(times.argmax())
    return float(moments[best]), float(times[best])


@quantity("steps", "the step at which the attention of `=` to itself rises most")
def late_moment(analysis: Analysis) -> float:
    return _rises(analysis)[0]


@quantity(
    "times",
    f"the largest rise of the attention of `=` to itself between settling and step {LATE}, as the median of {WINDOW} "
    "steps after a moment over that of as many before it,",
)
def late_attention_rise(analysis: Analysis) -> float:
    return _rises(analysis)[1]


@quantity("share", "the attention of `=` to itself at the end")
def late_attention_final(analysis: Analysis) -> float:
    return float(_series(analysis, "attention_to_self").value[-1])


def _late_ratio(column: str, what: str) -> Quantity:
    """How a loss changes where attention to itself rises most."""

    @quantity(
        "times", f"{what} after that moment over that before it, by the same medians,", name=f"late_{column}_ratio"
    )
    def ratio(analysis: Analysis) -> float:
        return float(_steps_up(_series(analysis, column), np.array([_rises(analysis)[0]]))[0])

    return ratio


late_test, late_train, late_restricted = (
    _late_ratio(column, what)
    for column, what in (
        ("test_loss", "test loss"),
        ("train_loss", "train loss"),
        ("restricted_loss", "restricted loss"),
    )
)

register(
    Claim(
        id="late-attention",
        sentence=filled(
            "Long after the model has settled (in W at step {mainline.late_change}) `=` begins to attend to itself."
        ),
        place="W, footnote 27",
        published="from never to significantly",
        region=Above(late_attention_rise, _DOUBLE, "arbitrary"),
        finding="{late_attention_rise:.2f} times more near step {late_moment:.0f}, its largest rise; "
        "{late_attention_final:.2%} at the end",
        system="late",
        figure="training-curve",
    ),
    Claim(
        id="late-losses",
        sentence="When `=` late begins to attend to itself, trig loss and train loss fall, and test loss rises.",
        place="W, footnote 27",
        published="a tiny phase change",
        region=AllOf(
            Above(late_test, _TINY, "arbitrary; W calls the change tiny"),
            Below(late_train, 1 / _TINY),
            Below(late_restricted, 1 / _TINY),
        ),
        provided=Above(late_attention_rise, _DOUBLE, "otherwise there is no such moment"),
        finding="test loss {late_test_loss_ratio:.2f} times, train loss {late_train_loss_ratio:.2f} times, restricted "
        "loss {late_restricted_loss_ratio:.2f} times near step {late_moment:.0f}",
        system="late",
        figure="training-curve",
    ),
)
