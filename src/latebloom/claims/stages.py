"""Claims about what happens in each phase of training."""

from collections.abc import Sequence

import numpy as np
import scipy
from jaxtyping import Float

from latebloom.analysis import Analysis
from latebloom.circuits.modular.control_measures import EXCLUDED_CONTROL_ALONE
from latebloom.circuits.modular.measures import EXCLUDED, EXCLUDED_ALONE, EXCLUDED_CONTROL
from latebloom.claims.claim import Claim, register
from latebloom.claims.learning import boundary_of, missing, series_of, span
from latebloom.claims.quantity import Quantity, Undefined, once, quantity
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Below, Holds
from latebloom.measures import Column
from latebloom.phases import MEMORISATION_ENDS, NoChange, PhaseChange, Series
from latebloom.published import filled

FEWEST_POINTS = 8
"""Checkpoints that it takes to say whether a course is smooth; as many as a corner takes."""

INTERVALS = 20
"""Equal parts of circuit formation in which a rise is looked at, so that it does not depend on the spacing of
checkpoints."""

SIGNS = 9999
"""Random walks that a rise is compared with."""

CLOSE = 2.0
"""A loss within this factor of train loss is very close to it."""

RISING = 0.9
"""Rank correlation with the step from which on a rise is steady. Arbitrary."""

LARGEST_PART = 0.25
"""The most of a smooth rise that may lie in one part. Arbitrary: five times an even step."""

BY_CHANCE = 0.05
"""Share of random walks below which a course has a direction, the usual level."""

_PLACE = 'W, "Evolution of Circuits During Training", '


def _rise(column: str, what: str) -> tuple[Quantity, str]:
    """The quantity of how far a series rises while the model memorises, and the template that reports it."""

    def early(analysis: Analysis) -> Series:
        series, end = series_of(analysis, column), boundary_of(analysis, MEMORISATION_ENDS)
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


def _times_train(analysis: Analysis, column: str, controls: Sequence[str] = ()) -> Float[np.ndarray, " n"]:
    """A loss over the largest of train loss and the controls, at the checkpoints from where train loss has halved until
    memorisation ends. If train loss is 1e-7, any removal multiplies it."""
    steps, train = _at_checkpoints(analysis, column, "train_loss")
    end = boundary_of(analysis, MEMORISATION_ENDS)
    early = (steps > 0) & (steps <= end) & (train < train[0] / 2)
    if not early.any():
        raise Undefined(f"no checkpoint lies between the fall of train loss and its end at step {end:.0f}")
    others = [_at_checkpoints(analysis, column, control)[1] for control in controls]
    ratios: Float[np.ndarray, " n"] = (
        series_of(analysis, column).value[early] / np.maximum.reduce([train, *others])[early]
    )
    return ratios


def _at_checkpoints(analysis: Analysis, column: str, other: str) -> tuple[Float[np.ndarray, " n"], ...]:
    """The steps of a measured column, and another series at them."""
    steps, series = series_of(analysis, column).step, series_of(analysis, other)
    return steps, np.interp(steps, series.step, series.value)


def _columns(analysis: Analysis, column: Column) -> list[str]:
    names = list(column.among(analysis.metrics))
    if not names:
        raise missing(analysis, column.name)
    return names


_MEMORISING = "from where train loss has halved until it has levelled out"


@once
def _by_frequency(analysis: Analysis) -> list[float]:
    """The largest ratio for each key frequency, in descending order."""
    controls, names = (_columns(analysis, column) for column in (EXCLUDED_CONTROL_ALONE, EXCLUDED_ALONE))
    return sorted((float(_times_train(analysis, name, controls).max()) for name in names), reverse=True)


@quantity(
    "times",
    f"the largest ratio for each key frequency, {_MEMORISING}, of excluded loss without it alone to train loss, or to "
    "the same without a random frequency if that is more,",
)
def excluded_alone_by_frequency(analysis: Analysis) -> list[float]:
    return _by_frequency(analysis)


@quantity(
    "times",
    f"the largest ratio over the key frequencies, {_MEMORISING}, of excluded loss without one of them to train loss, "
    "or to the same without a random frequency if that is more,",
)
def excluded_alone_over_train(analysis: Analysis) -> float:
    return max(_by_frequency(analysis))


@quantity(
    "times", f"the largest ratio over as many random frequencies that are not key, {_MEMORISING}, of that to train loss"
)
def excluded_alone_control(analysis: Analysis) -> float:
    return max(float(_times_train(analysis, name).max()) for name in _columns(analysis, EXCLUDED_CONTROL_ALONE))


@quantity(
    "times",
    f"the largest ratio, {_MEMORISING}, of excluded loss without all key frequencies to train loss, or to the same "
    "without as many random frequencies if that is more,",
)
def excluded_together_over_train(analysis: Analysis) -> float:
    return float(_times_train(analysis, EXCLUDED.name, [EXCLUDED_CONTROL.name]).max())


@quantity("times", f"the largest ratio, {_MEMORISING}, of the loss without as many random frequencies to train loss")
def excluded_together_control(analysis: Analysis) -> float:
    return float(_times_train(analysis, EXCLUDED_CONTROL.name).max())


def even_course(loss: Series, start: float, end: float) -> Series:
    """The decimal logarithm of a loss at the ends of `INTERVALS` equal parts of a time.

    Errors: Undefined where fewer than `FEWEST_POINTS` points lie in it, or where the loss is zero or does not change.
    """
    course = loss.between(start, end)
    if len(course) < FEWEST_POINTS or not (course.value > 0).all() or np.ptp(course.value) == 0:
        raise Undefined(
            f"needs {FEWEST_POINTS} checkpoints with an excluded loss between steps {start:.0f} and {end:.0f}"
        )
    at = np.linspace(course.step[0], course.step[-1], INTERVALS + 1)
    return Series(at, np.interp(at, course.step, np.log10(course.value)))


def rank_with_step(course: Series) -> float:
    """Spearman's rank correlation of a course with the step."""
    return float(scipy.stats.spearmanr(course.step, course.value).statistic)


def rise_of(course: Series) -> float:
    """By how much a course ends above its start."""
    return float(course.value[-1] - course.value[0])


def largest_part_of(course: Series) -> float:
    """The largest share of the rise of a course in one of its parts. Errors: Undefined where it does not rise."""
    if rise_of(course) <= 0:
        raise Undefined("excluded loss does not rise")
    return float(np.diff(course.value).max() / rise_of(course))


def walk_share_of(course: Series) -> float:
    """The share of `SIGNS` random choices of the signs of a course's steps that give at least as large a rise,
    (b + 1) / (m + 1)."""
    steps = np.diff(course.value)
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(SIGNS, len(steps)))
    as_large = int((signs @ steps >= steps.sum() - 1e-12).sum())
    return (as_large + 1) / (SIGNS + 1)


def _forming(analysis: Analysis) -> Series:
    """Excluded loss during circuit formation."""
    return even_course(series_of(analysis, EXCLUDED.name), *span(analysis))


_PARTS = f"at the ends of {INTERVALS} equal parts of the time from the end of memorisation until test loss stays under"


@quantity("", f"Spearman's rank correlation of excluded loss with the step, {_PARTS} guessing,")
def excluded_rank_until_guessing(analysis: Analysis) -> float:
    return rank_with_step(_forming(analysis))


@quantity("decades", "the rise of excluded loss from the end of memorisation until test loss stays under guessing")
def excluded_rise_until_guessing(analysis: Analysis) -> float:
    return rise_of(_forming(analysis))


@quantity("share", f"the largest share of that rise, in decades, in one of the {INTERVALS} parts")
def excluded_largest_part(analysis: Analysis) -> float:
    return largest_part_of(_forming(analysis))


@quantity(
    "share",
    f"the share of {SIGNS} random choices of the signs of the {INTERVALS} steps of log excluded loss that give at "
    "least as large a rise, as those of a walk without direction would,",
)
def excluded_walk_share(analysis: Analysis) -> float:
    return walk_share_of(_forming(analysis))


def _decades(analysis: Analysis) -> tuple[float, float]:
    """By how many decades train loss falls while memorising, and then until test loss stays under guessing."""
    train, (memorised, end) = series_of(analysis, "train_loss"), span(analysis)
    start, middle, late = (float(np.log10(train.at(step))) for step in (train.step[0], memorised, end))
    return start - middle, middle - late


@quantity("decades", "the fall of train loss while the model memorises")
def train_decades_memorising(analysis: Analysis) -> float:
    return _decades(analysis)[0]


@quantity("decades", "the fall of train loss from the end of memorisation until test loss stays under guessing")
def train_decades_until_guessing(analysis: Analysis) -> float:
    return _decades(analysis)[1]


@quantity(
    "share",
    "the fall of train loss from the end of memorisation until test loss stays under guessing, in decades, as a share "
    "of its fall while the model memorises",
)
def train_plateau_until_guessing(analysis: Analysis) -> float:
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
_RISE, _RISE_A_LOT = 1.1, 1.5
_CLOSE = "arbitrary: a third of a decade"

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
        sentence="While the model memorises, the sum of squared weights rises a lot.",
        place=_PLACE + "memorisation",
        published="total weights rise a lot (a picture)",
        region=AtLeast(weights_rise, _RISE_A_LOT, "arbitrary: half as much again"),
        finding=_WEIGHTS,
        figure="weight-norms",
    ),
    Claim(
        id="memorises-without-waves",
        sentence="While the model memorises, excluded loss is very close to train loss whichever frequency is left "
        "out: it needs no circuit.",
        place=_PLACE + "memorisation",
        published="very close (a picture)",
        region=Below(excluded_alone_over_train, CLOSE, _CLOSE),
        finding="without one key frequency at most {excluded_alone_by_frequency:.3g} times train loss and control "
        "until step {memorised_at:.0f}; without one random frequency at most {excluded_alone_control:.3g} times train "
        "loss",
        figure="excluded-loss",
    ),
    Claim(
        id="memorises-without-all-waves",
        sentence="While the model memorises, excluded loss is very close to train loss even without all key "
        "frequencies at once.",
        place=_PLACE + "memorisation; P leaves out all of them",
        published="very close (a picture, one frequency at a time)",
        region=Below(excluded_together_over_train, CLOSE, _CLOSE),
        finding="without all key frequencies at most {excluded_together_over_train:.3g} times train loss and control "
        "until step {memorised_at:.0f}; without as many random ones at most {excluded_together_control:.3g} times "
        "train loss",
        figure="excluded-loss",
    ),
    Claim(
        id="circuit-grows-smoothly",
        sentence="The circuit develops smoothly while test loss is still above guessing.",
        place='W, "Key Claims"; "Evolution of Circuits During Training"',
        published="excluded loss diverges smoothly (a picture)",
        region=AllOf(
            Above(excluded_rise_until_guessing, 0.0),
            AtLeast(excluded_rank_until_guessing, RISING, "arbitrary"),
            AtMost(excluded_largest_part, LARGEST_PART, "arbitrary: five times an even step"),
        ),
        shows=excluded_rank_until_guessing,
        finding="rank correlation {excluded_rank_until_guessing:.2f}; excluded loss rises by "
        "{excluded_rise_until_guessing:.1f} decades, at most {excluded_largest_part:.0%} of them in one twentieth of "
        "the time",
        figure="excluded-loss",
    ),
    Claim(
        id="excluded-loss-has-direction",
        sentence="The progress of excluded loss is no random walk: it has a direction.",
        place='W, "Key Claims"; "Evolution of Circuits During Training"',
        published="disproves the random walk (a picture)",
        region=AtMost(excluded_walk_share, BY_CHANCE, "the usual level"),
        finding="excluded loss rises by {excluded_rise_until_guessing:.1f} decades; a walk with the same steps and no "
        "direction rises as much in {excluded_walk_share:.2%} of draws",
        figure="excluded-loss",
    ),
    Claim(
        id="train-loss-plateaus",
        sentence="Train loss mostly plateaus while the circuit forms.",
        place=_PLACE + "interpolation",
        published="mostly plateaus (a picture)",
        region=AtMost(train_plateau_until_guessing, 0.25, "arbitrary"),
        finding="{train_decades_memorising:.1f} decades while memorising, {train_decades_until_guessing:.1f} more "
        "until test loss stays under guessing",
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
