"""Claims about the sizes of the weights during training."""

from collections.abc import Sequence

import numpy as np

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, SweepClaim, register, statistic
from latebloom.claims.learning import boundary_of, series_of, span
from latebloom.claims.quantity import Undefined, once, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, AtMost, Below
from latebloom.claims.views import grid
from latebloom.phases import SETTLES, Series
from latebloom.published import filled
from latebloom.statistics import Estimate, median_estimate

_PLACE = 'W, "Evolution of Circuits During Training", '
_MLP, _OTHERS = ("W_in", "W_out"), ("W_E", "W_V", "W_O", "W_U")
"""The matrices between embedding and unembedding, but for those that choose where to attend."""


@once
def _levels(analysis: Analysis) -> tuple[dict[str, float], dict[str, float]]:
    """Sums of squares by matrix, at the peak of W_in while the model memorises, and when test loss passes guessing."""
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


@quantity("share", "what is left of W_in's sum of squares when test loss passes guessing, as a share of its peak")
def w_in_left_at_guessing(analysis: Analysis) -> float:
    return _left(analysis, "W_in")


@quantity(
    "share",
    "what is left of W_out's sum of squares when test loss passes guessing, as a share of its value at that peak",
)
def w_out_left_at_guessing(analysis: Analysis) -> float:
    return _left(analysis, "W_out")


@quantity(
    "share", "what is left of W_in or W_out, whichever is more, when test loss passes guessing, as a share of its peak"
)
def mlp_weights_left_at_guessing(analysis: Analysis) -> float:
    return max(_left(analysis, name) for name in _MLP)


@quantity("times", "the factor between W_in or W_out and the median of W_E, W_V, W_O and W_U at the peak")
def mlp_weights_factor_at_peak(analysis: Analysis) -> float:
    return _distance(_levels(analysis)[0])


@quantity("times", "that factor when test loss passes guessing")
def mlp_weights_factor_at_guessing(analysis: Analysis) -> float:
    return _distance(_levels(analysis)[1])


@quantity(
    "share",
    "the distance on a log scale of W_in and W_out from the median of W_E, W_V, W_O and W_U when test loss passes "
    "guessing, as a share of that at their peak",
)
def mlp_weights_distance_at_guessing(analysis: Analysis) -> float:
    before, after = map(_distance, _levels(analysis))
    if before == 1:
        raise Undefined("the matrices are equally large from the start")
    return float(np.log(after) / np.log(before))


def _slope(series: Series, start: float, end: float) -> float:
    """How fast a series falls between two steps, per step."""
    return (series.at(start) - series.at(end)) / (end - start)


@quantity(
    "times",
    "the speed at which the sum of squared weights falls from test loss under guessing until it settles, over that in "
    "the second half of circuit formation,",
)
def weight_fall_speed_up(analysis: Analysis) -> float:
    weights, (start, change) = series_of(analysis, "sum_squared_weights"), span(analysis)
    before = _slope(weights, (start + change) / 2, change)
    if before <= 0:
        raise Undefined("weights do not fall in the second half of circuit formation, so nothing can accelerate")
    return _slope(weights, change, boundary_of(analysis, SETTLES)) / before


@statistic(
    "times",
    "the median over runs of the speed at which the sum of squared weights falls from test loss under guessing until "
    "it settles, over that in the second half of circuit formation,",
    weight_fall_speed_up,
)
def median_weight_fall_speed_up(records: Sequence[Record]) -> Estimate:
    return median_estimate([record.value(weight_fall_speed_up.name) for record in records])


register(
    Claim(
        id="mlp-weights-fall",
        sentence="After memorisation W_in and W_out shrink to the size of the other matrices.",
        place=_PLACE + "interpolation",
        published=filled("steps {mainline.matrices_meet}"),
        region=AllOf(
            Below(mlp_weights_left_at_guessing, 0.8, "arbitrary"),
            AtMost(mlp_weights_distance_at_guessing, 0.5, "arbitrary: nearer to the others than to where they were"),
        ),
        finding="W_in falls to {w_in_left_at_guessing:.0%}, W_out to {w_out_left_at_guessing:.0%} of its peak; the "
        "factor between them and the "
        "others goes from {mlp_weights_factor_at_peak:.2f} to {mlp_weights_factor_at_guessing:.2f}",
        figure="weight-norms",
    ),
    SweepClaim(
        id="weights-fall-faster",
        sentence="Total weights fall faster while the model generalises than while the circuit forms.",
        place=_PLACE + "generalisation",
        published="a rapid acceleration (a picture)",
        region=Above(median_weight_fall_speed_up, 1.0, "no acceleration"),
        finding="{median_weight_fall_speed_up:.2f} times as fast ({median_weight_fall_speed_up.low:.2f} to "
        "{median_weight_fall_speed_up.high:.2f})",
        statistics=(median_weight_fall_speed_up,),
        figure="weight-norms",
    ),
)
