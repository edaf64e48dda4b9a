"""Claims about what happens in each phase of training."""

import numpy as np
from jaxtyping import Float
from scipy import stats

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, register
from latebloom.claims.learning import boundary_of, series_of, span
from latebloom.claims.quantity import Quantity, Undefined, once, quantity
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Below, Holds
from latebloom.phases import NoChange, PhaseChange, Series
from latebloom.published import filled

FEWEST_POINTS = 8
"""Checkpoints that it takes to say whether a course is smooth; as many as a corner takes."""

_PLACE = 'W, "Evolution of Circuits During Training", '


def _rise(column: str, what: str) -> tuple[Quantity, str]:
    """The quantity of how far a series rises while the model memorises, and the template that reports it."""

    def early(analysis: Analysis) -> Series:
        series, end = series_of(analysis, column), boundary_of(analysis, "circuit formation")
        return series.between(series.step[0], end)

    @quantity("", f"{what} at the start", name=f"{column}_start")
    def start(analysis: Analysis) -> float:
        return float(early(analysis).value[0])

    @quantity("", f"the largest {what.removeprefix('the ')} until memorisation ends", name=f"{column}_peak")
    def peak(analysis: Analysis) -> float:
        return float(early(analysis).value.max())

    @quantity("steps", f"the step of the largest {what.removeprefix('the ')}", name=f"{column}_peak_at")
    def peak_at(analysis: Analysis) -> float:
        series = early(analysis)
        return float(series.step[series.value.argmax()])

    @quantity(
        "times",
        f"the largest {what.removeprefix('the ')} until memorisation ends, over its first value,",
        name=f"{column}_rise",
    )
    def rise(analysis: Analysis) -> float:
        series = early(analysis)
        return float(series.value.max() / series.value[0])

    text = f"{{{start.name}:.3g}} at the start, at most {{{peak.name}:.3g}}, at step {{{peak_at.name}:.0f}}"
    return rise, text


@once
def _excluded_over_train(analysis: Analysis) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Steps while train loss falls and until memorisation ends, and there excluded loss over the larger of train loss
    and the same without random frequencies."""
    end, control = boundary_of(analysis, "circuit formation"), series_of(analysis, "excluded_loss_control")
    pairs = analysis.paired("excluded_loss", "train_loss")
    if pairs is None:
        raise Undefined("the run has no excluded loss; `latebloom measure` may add it")
    steps, excluded, train = pairs
    early = np.flatnonzero((steps > 0) & (steps <= end) & (train < train[0] / 2))
    if not len(early):
        raise Undefined(f"no checkpoint lies between the fall of train loss and its end at step {end:.0f}")
    times = excluded / np.maximum(train, np.interp(steps, control.step, control.value))
    return steps[early], times[early]


@quantity(
    "times",
    "the largest ratio, from where train loss has halved until it has levelled out, of excluded loss (without all key "
    "frequencies at once; W leaves out one at a time) to train loss, or to the same without random frequencies if that "
    "is more,",
)
def excluded_over_train_memorising(analysis: Analysis) -> float:
    return float(_excluded_over_train(analysis)[1].max())


@quantity("steps", "the step of the largest of these ratios")
def excluded_over_train_peak_at(analysis: Analysis) -> float:
    steps, times = _excluded_over_train(analysis)
    return float(steps[times.argmax()])


def _forming(analysis: Analysis) -> Series:
    """Excluded loss, as its decimal logarithm, from the end of memorisation to the fall of test loss."""
    excluded, (start, change) = series_of(analysis, "excluded_loss"), span(analysis)
    course = excluded.between(start, change)
    if len(course) < FEWEST_POINTS or not (course.value > 0).all() or np.ptp(course.value) == 0:
        raise Undefined(
            f"needs {FEWEST_POINTS} checkpoints with an excluded loss between steps {start:.0f} and {change:.0f}"
        )
    return Series(course.step, np.log10(course.value))


@quantity(
    "",
    "Spearman's rank correlation of excluded loss with the step, from the end of memorisation until test loss falls,",
)
def excluded_rank_correlation(analysis: Analysis) -> float:
    course = _forming(analysis)
    return float(stats.spearmanr(course.step, course.value).statistic)


@quantity("decades", "the rise of excluded loss in that time")
def excluded_rise(analysis: Analysis) -> float:
    level = _forming(analysis).value
    return float(level[-1] - level[0])


@quantity("share", "the largest share of that rise, in decades, from one checkpoint to the next")
def excluded_largest_step(analysis: Analysis) -> float:
    level = _forming(analysis).value
    if level[-1] <= level[0]:
        raise Undefined("excluded loss does not rise")
    return float(np.diff(level).max() / (level[-1] - level[0]))


def _decades(analysis: Analysis) -> tuple[float, float]:
    """By how many decades train loss falls while memorising, and then until test loss falls."""
    train, (memorised, change) = series_of(analysis, "train_loss"), span(analysis)
    start, middle, late = (float(np.log10(train.at(step))) for step in (train.step[0], memorised, change))
    return start - middle, middle - late


@quantity("decades", "the fall of train loss while the model memorises")
def train_decades_memorising(analysis: Analysis) -> float:
    return _decades(analysis)[0]


@quantity("decades", "the fall of train loss from the end of memorisation until test loss falls")
def train_decades_forming(analysis: Analysis) -> float:
    return _decades(analysis)[1]


@quantity(
    "share",
    "the fall of train loss from the end of memorisation until test loss falls, in decades, as a share of its fall "
    "while the model memorises",
)
def train_plateau_fall(analysis: Analysis) -> float:
    memorising, forming = _decades(analysis)
    return forming / memorising


@once
def _restricted_change(analysis: Analysis) -> PhaseChange | NoChange:
    series_of(analysis, "restricted_loss")
    return analysis.change("restricted_loss")


@quantity("", "the deepest fall of restricted loss has a corner before it and a corner after it (see latebloom.phases)")
def restricted_phase_change(analysis: Analysis) -> float:
    change = _restricted_change(analysis)
    return float(not isinstance(change, NoChange) and change.has_onset and change.completion is not None)


def _restricted_fall(analysis: Analysis) -> PhaseChange:
    change = _restricted_change(analysis)
    if isinstance(change, NoChange):
        raise Undefined(f"restricted loss has no phase change: {change.reason}")
    return change


@quantity("decades", "the depth of the deepest fall of restricted loss")
def restricted_fall_depth(analysis: Analysis) -> float:
    return _restricted_fall(analysis).depth


@quantity("steps", "the step at which that fall begins")
def restricted_falls_at(analysis: Analysis) -> float:
    return _restricted_fall(analysis).onset.step


test_loss_rise, _TEST_LOSS = _rise("test_loss", "the test loss")
weights_rise, _WEIGHTS = _rise("sum_squared_weights", "the sum of squared weights")
_RISE = 1.1

register(
    Claim(
        id="test-loss-rises",
        sentence="While the model memorises, test loss rises.",
        place=_PLACE + "memorisation",
        published="a rise (a picture)",
        region=AtLeast(test_loss_rise, _RISE, "arbitrary; the noise of a loss over thousands of examples is far less"),
        finding=_TEST_LOSS,
        figure="training-curve",
    ),
    Claim(
        id="weights-rise",
        sentence="While the model memorises, the sum of squared weights rises.",
        place=_PLACE + "memorisation",
        published="total weights rise a lot (a picture)",
        region=AtLeast(weights_rise, _RISE, "arbitrary"),
        finding=_WEIGHTS,
        figure="weight-norms",
    ),
    Claim(
        id="memorises-without-waves",
        sentence="While the model memorises, excluded loss is very close to train loss: it needs no circuit.",
        place=_PLACE + "memorisation",
        published="very close (a picture)",
        region=Below(excluded_over_train_memorising, 2.0, "arbitrary"),
        finding="at most {excluded_over_train_memorising:.3g} times train loss and random frequencies until step "
        "{memorised_at:.0f}",
        figure="excluded-loss",
    ),
    Claim(
        id="circuit-grows-smoothly",
        sentence="The circuit develops smoothly, well before test loss falls: grokking is no random walk.",
        place='W, "Key Claims"; "Evolution of Circuits During Training"',
        published="excluded loss diverges smoothly (a picture)",
        region=AllOf(
            AtLeast(excluded_rank_correlation, 0.9, "arbitrary"),
            Above(excluded_rise, 0.0),
            AtMost(excluded_largest_step, 0.25, "arbitrary"),
        ),
        finding="rank correlation {excluded_rank_correlation:.2f}; excluded loss rises by {excluded_rise:.1f} decades, "
        "at most {excluded_largest_step:.0%} of them from one checkpoint to the next",
        figure="excluded-loss",
    ),
    Claim(
        id="train-loss-plateaus",
        sentence="Train loss mostly plateaus while the circuit forms.",
        place=_PLACE + "interpolation",
        published="mostly plateaus (a picture)",
        region=AtMost(train_plateau_fall, 0.25, "arbitrary"),
        finding="{train_decades_memorising:.1f} decades while memorising, {train_decades_forming:.1f} more until test "
        "loss falls",
        figure="training-curve",
    ),
    Claim(
        id="restricted-phase-change",
        sentence="Restricted loss undergoes a phase change.",
        place=_PLACE + "generalisation",
        published=filled("steps {mainline.restricted_loss_falls} to {mainline.restricted_loss_settles}"),
        region=Holds(restricted_phase_change),
        shows=restricted_fall_depth,
        finding="it falls by {restricted_fall_depth:.1f} decades from step {restricted_falls_at:.0f}",
        figure="restricted-loss",
    ),
)
