"""Claims about the smallest analytic case: one QK and one OV matrix without softmax (`latebloom.models.bilinear`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import scipy
from jaxtyping import Float

from latebloom.analysis import Analysis
from latebloom.claims.causes import half_of_guessing_at, steps_of
from latebloom.claims.claim import Statistic, SweepClaim, register, statistic
from latebloom.claims.quantity import Undefined, once, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Between
from latebloom.claims.settings import grouped
from latebloom.statistics import Estimate, first_below, median_estimate
from latebloom.tasks.skip_trigrams import END, FILLERS, TRIGGERS

if TYPE_CHECKING:
    from latebloom.models import Bilinear


_PLACE = 'W, "Future Directions", "Can we show this analytically in some toy setting?"'
_SYSTEM = "analytic"
_FEWEST_SCALES = 3

_TOLERANCE = 0.05
"""Relative difference of a measured time or slope from the predicted one. Arbitrary; finite steps of 0.1 differ from
gradient flow by half a percent, and the batches vary."""


def _leads(initial: Float[np.ndarray, " trigger"], times: Float[np.ndarray, " time"]) -> Float[np.ndarray, "time t"]:
    """The lead ℓ of the right answer (nats) of each trigger at some times τ, from dℓ/dτ = 2 (1 - p) √(n/(n-1)) ℓ / n.

    The time from ℓ₀ to ℓ is ∫ dℓ / (2 g ℓ), tabulated over ln ℓ and inverted.
    """
    n = TRIGGERS
    low, high = np.log(initial.min()), np.log(50.0)
    grid = np.linspace(low, high, 20_000)
    wrong = (n - 1) / (n - 1 + np.exp(np.exp(grid)))
    passed = scipy.integrate.cumulative_trapezoid(n / (2 * wrong * np.sqrt(n / (n - 1))), grid, initial=0)
    starts = np.interp(np.log(initial), grid, passed)
    return np.exp(np.interp(starts + times[:, None], passed, grid))


def _initial_leads(model: Bilinear) -> Float[np.ndarray, " trigger"]:
    """ℓ₀ of each trigger: (q + c)²/4 · √(n/(n - 1)) of the growing part of the initial weights."""
    import torch

    n = TRIGGERS
    q = model.W_QK.detach()[END, FILLERS : FILLERS + n].double()
    rows = model.W_OV.detach()[FILLERS : FILLERS + n].double()
    unit = (torch.eye(n, dtype=torch.float64) - 1 / n) / ((n - 1) / n) ** 0.5
    c = (rows * unit).sum(1)
    return ((q + c).square() / 4 * (n / (n - 1)) ** 0.5).numpy()


@once
def _predicted(analysis: Analysis) -> float:
    from latebloom.models import Bilinear

    model, optimiser = analysis.run.checkpoint(0).model, analysis.run.experiment.optimiser
    if not isinstance(model, Bilinear) or analysis.run.experiment.model.attention != "learned":  # type: ignore[attr-defined]
        raise Undefined("the prediction is for a bilinear model that learns both matrices")
    last = analysis.last_step
    steps = np.arange(last + 1)
    leads = _leads(_initial_leads(model), steps * optimiser.lr)
    loss = np.log1p((TRIGGERS - 1) * np.exp(-leads)).mean(1)
    step = first_below(steps, loss, analysis.chance / 2)
    if step is None:
        raise Undefined(f"the predicted loss is not below half of guessing by step {last}")
    return float(step)


@quantity("steps", "the step at which the loss should be below half of guessing, from the initial weights")
def half_of_guessing_predicted_at(analysis: Analysis) -> float:
    return _predicted(analysis)


def _time_ratio(records: Sequence[Record]) -> Estimate:
    """Median over seeds of the median over scales."""
    ratios = [
        float(np.median(_ratios(group))) for seed, group in grouped(_of(records, "learned"), "model.seed").items()
    ]
    return median_estimate(ratios)


def _ratios(records: Sequence[Record]) -> list[float]:
    found = [
        record.value(half_of_guessing_at.name) / record.value(half_of_guessing_predicted_at.name)
        for record in records
        if record.value(half_of_guessing_at.name) and record.value(half_of_guessing_predicted_at.name)
    ]
    if not found:
        raise Undefined("needs runs that reach half of guessing")
    return found


def _of(records: Sequence[Record], attention: str) -> list[Record]:
    found = [record for record in records if record.setting("model.attention") == attention]
    if not found:
        raise Undefined(f"needs runs with model.attention {attention}")
    return found


def _slopes(attention: str, records: Sequence[Record]) -> Estimate:
    """Of each seed the slope of the time against ln(1 / initial scale), in units of the predicted one."""
    from latebloom.models import growth_rate

    slopes = []
    for group in grouped(_of(records, attention), "model.seed").values():
        times = np.array(steps_of(group, half_of_guessing_at))
        scales = np.array([record.setting("model.init_scale") for record in group])
        rates = np.array([record.setting("optimiser.lr") for record in group])
        if len(times) < max(_FEWEST_SCALES, len(group)) or not np.isfinite(times).all():
            raise Undefined("needs runs that reach half of guessing, at three initial scales or more")
        slopes.append(np.polyfit(np.log(1 / scales), times * rates, 1)[0] * growth_rate(TRIGGERS))
    return median_estimate(slopes)


time_ratio: Statistic = statistic(
    "times",
    "the step at which test loss is below half of guessing over the predicted one, the median over initial scales and "
    "then over seeds,",
    half_of_guessing_at,
    half_of_guessing_predicted_at,
    name="analytic_time_ratio",
)(_time_ratio)

slope_ratio: Statistic = statistic(
    "times",
    "the slope of that step against ln(1 / initial scale) over the predicted slope 1/r, the median over seeds,",
    half_of_guessing_at,
    name="analytic_slope_ratio",
)(lambda records: _slopes("learned", records))

even_slope_ratio: Statistic = statistic(
    "times",
    "the slope of that step against ln(1 / initial scale) of runs with every score fixed at 1, in the same unit 1/r, "
    "the median over seeds,",
    half_of_guessing_at,
    name="analytic_even_slope_ratio",
)(lambda records: _slopes("even", records))

register(
    SweepClaim(
        id="analytic-time-predicted",
        sentence="With one QK and one OV matrix the time of the change follows from the initial weights.",
        place=_PLACE,
        published="asked",
        region=Between(time_ratio, 1 - _TOLERANCE, 1 + _TOLERANCE, "5 %, arbitrary"),
        finding="{analytic_time_ratio:.3f} times the predicted time ({analytic_time_ratio.low:.3f} to "
        "{analytic_time_ratio.high:.3f})",
        statistics=(time_ratio,),
        system=_SYSTEM,
        figure="training-curve",
    ),
    SweepClaim(
        id="analytic-log-scale",
        sentence="The plateau grows with the logarithm of 1 / initial scale, with the predicted slope.",
        place=_PLACE,
        published="asked",
        region=Between(slope_ratio, 1 - _TOLERANCE, 1 + _TOLERANCE, "5 %, arbitrary"),
        finding="{analytic_slope_ratio:.3f} times the predicted slope ({analytic_slope_ratio.low:.3f} to "
        "{analytic_slope_ratio.high:.3f})",
        statistics=(slope_ratio,),
        system=_SYSTEM,
        figure="training-curve",
    ),
    SweepClaim(
        id="analytic-one-matrix-no-plateau",
        sentence="Where one of the two matrices is given, the time does not depend on the initial scale.",
        place=_PLACE,
        published="asked",
        region=Between(even_slope_ratio, -_TOLERANCE, _TOLERANCE, "5 % of the slope with two matrices, arbitrary"),
        finding="{analytic_even_slope_ratio:.4f} times the slope with two matrices "
        "({analytic_even_slope_ratio.low:.4f} to {analytic_even_slope_ratio.high:.4f})",
        statistics=(even_slope_ratio,),
        system=_SYSTEM,
        figure="training-curve",
    ),
)
