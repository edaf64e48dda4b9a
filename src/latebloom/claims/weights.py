"""Claims about the sizes of the weights during training."""

import numpy as np

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, register
from latebloom.claims.learning import boundary_of, series_of, span
from latebloom.claims.quantity import Undefined, once, quantity
from latebloom.claims.region import Above, AllOf, AtMost, Below
from latebloom.claims.views import grid
from latebloom.phases import NoChange, Series
from latebloom.published import filled

_PLACE = 'W, "Evolution of Circuits During Training", '
_MLP, _OTHERS = ("W_in", "W_out"), ("W_E", "W_V", "W_O", "W_U")
"""The matrices between embedding and unembedding, but for those that choose where to attend."""


@once
def _levels(analysis: Analysis) -> tuple[dict[str, float], dict[str, float]]:
    """Sums of squares by matrix, at the peak of W_in while the model memorises, and when test loss falls."""
    if grid(analysis).pattern is None:
        raise Undefined("an MLP has no other matrices to compare with")
    start, change = span(analysis)
    series = {name: series_of(analysis, f"sum_squared_weights.{name}") for name in (*_MLP, *_OTHERS)}
    early = series["W_in"].between(0, start)
    peak = float(early.step[early.value.argmax()])
    high, low = ({name: one.at(step) for name, one in series.items()} for step in (peak, change))
    return high, low


def _distance(level: dict[str, float]) -> float:
    """How far W_in and W_out lie from the median of the other matrices, as a factor of 1 or more."""
    middle = float(np.median([level[name] for name in _OTHERS]))
    return max(max(level[name] / middle, middle / level[name]) for name in _MLP)


def _left(analysis: Analysis, name: str) -> float:
    high, low = _levels(analysis)
    return low[name] / high[name]


@quantity("share", "what is left of W_in's sum of squares when test loss falls, as a share of its peak")
def w_in_left(analysis: Analysis) -> float:
    return _left(analysis, "W_in")


@quantity("share", "what is left of W_out's sum of squares when test loss falls, as a share of its value at that peak")
def w_out_left(analysis: Analysis) -> float:
    return _left(analysis, "W_out")


@quantity("share", "what is left of W_in or W_out, whichever is more, when test loss falls, as a share of its peak")
def mlp_weights_left(analysis: Analysis) -> float:
    return max(_left(analysis, name) for name in _MLP)


@quantity("times", "the factor between W_in or W_out and the median of W_E, W_V, W_O and W_U at the peak")
def mlp_weights_factor_at_peak(analysis: Analysis) -> float:
    return _distance(_levels(analysis)[0])


@quantity("times", "that factor when test loss falls")
def mlp_weights_factor_at_fall(analysis: Analysis) -> float:
    return _distance(_levels(analysis)[1])


@quantity(
    "share",
    "the distance on a log scale of W_in and W_out from the median of W_E, W_V, W_O and W_U when test loss falls, as a "
    "share of that at their peak",
)
def mlp_weights_distance_left(analysis: Analysis) -> float:
    before, after = map(_distance, _levels(analysis))
    if before == 1:
        raise Undefined("the matrices are equally large from the start")
    return float(np.log(after) / np.log(before))


@once
def _speeds(analysis: Analysis) -> tuple[float, float]:
    """How fast the weights fall before restricted loss falls, and while it falls, per step."""
    weights, start = series_of(analysis, "sum_squared_weights"), boundary_of(analysis, "circuit formation")
    change = analysis.change("restricted_loss")
    if isinstance(change, NoChange) or change.completion is None:
        raise Undefined("restricted loss does not fall and settle, or was not measured")
    onset, end = change.onset.step, change.completion.step
    if onset <= start:
        raise Undefined("restricted loss falls before train loss has levelled out")
    before, during = _slope(weights, (start + onset) / 2, onset), _slope(weights, onset, end)
    if before <= 0:
        raise Undefined("weights do not fall before the change, so there is nothing to accelerate")
    return before, during


def _slope(series: Series, start: float, end: float) -> float:
    """How fast a series falls between two steps, per step."""
    return (series.at(start) - series.at(end)) / (end - start)


@quantity(
    "per 1000 steps", "the fall of the sum of squared weights between memorisation and the fall of restricted loss"
)
def weight_fall_before(analysis: Analysis) -> float:
    return 1000 * _speeds(analysis)[0]


@quantity("per 1000 steps", "the fall of the sum of squared weights while restricted loss falls")
def weight_fall_during(analysis: Analysis) -> float:
    return 1000 * _speeds(analysis)[1]


@quantity(
    "times",
    "the speed at which the sum of squared weights falls while restricted loss falls, over that in the second half of "
    "the time from the end of memorisation until then,",
)
def weight_fall_acceleration(analysis: Analysis) -> float:
    before, during = _speeds(analysis)
    return during / before


register(
    Claim(
        id="mlp-weights-fall",
        sentence="After memorisation W_in and W_out shrink to the size of the other matrices.",
        place=_PLACE + "interpolation",
        published=filled("steps {mainline.matrices_meet}"),
        region=AllOf(Below(mlp_weights_left, 0.8, "arbitrary"), AtMost(mlp_weights_distance_left, 0.5, "arbitrary")),
        finding="W_in falls to {w_in_left:.0%}, W_out to {w_out_left:.0%} of its peak; the factor between them and the "
        "others goes from {mlp_weights_factor_at_peak:.2f} to {mlp_weights_factor_at_fall:.2f}",
        figure="weight-norms",
    ),
    Claim(
        id="weights-fall-faster",
        sentence="Total weights fall much faster while the model generalises.",
        place=_PLACE + "generalisation",
        published="a rapid acceleration (a picture)",
        region=Above(weight_fall_acceleration, 2.0, "arbitrary"),
        finding="{weight_fall_before:.3g} per 1000 steps before restricted loss falls, {weight_fall_during:.3g} while "
        "it falls",
        figure="weight-norms",
    ),
)
