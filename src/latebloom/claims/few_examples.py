"""Claims that a task other than modular addition groks on few examples, and how its test loss goes on the way."""

import numpy as np

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, register
from latebloom.claims.learning import (
    outcome,
    outcome_by_loss,
    series_of,
    test_learned_at,
    test_loss_learned_at,
    train_learned_at,
    train_loss_learned_at,
)
from latebloom.claims.quantity import Never, Quantity, Undefined, percent, quantity
from latebloom.claims.region import AllOf, AtMost, Below, Between, Is, Ratio, Reached
from latebloom.phases import Series
from latebloom.published import filled, published
from latebloom.statistics import first_below
from latebloom.tasks import DigitAddition
from latebloom.tasks.guessing import guessing_losses

_PLACE = 'W, "Grokking = Phase Changes + Regularisation + Limited Data"'

_HALF = 0.5
"""Most of a fall."""

_GROWTH = 1.1
"""A jump is over while the step grows by this factor. Arbitrary."""

_WITHIN = 2.0
"""A height within this factor of the published one counts as the same. Arbitrary."""

_GUESSING = float(np.mean(list(guessing_losses(DigitAddition()).values())))


def _from_peak(analysis: Analysis) -> Series:
    """Test loss from its highest value on, as its smallest value so far: a spike and the fall after it do not count.

    Errors: Undefined where it is highest at the end.
    """
    loss = series_of(analysis, "test_loss")
    peak = int(np.argmax(loss.value))
    falling = Series.of(loss.step[peak:], np.minimum.accumulate(loss.value[peak:]))
    if not falling.value[-1] < falling.value[0]:
        raise Undefined("test loss does not fall from its highest value")
    return falling


@quantity("times", "the highest test loss over the loss of guessing")
def test_peak_over_guessing(analysis: Analysis) -> float:
    return float(series_of(analysis, "test_loss").value.max()) / analysis.chance


@quantity("steps", "the step at which test loss is highest")
def test_peak_at(analysis: Analysis) -> float:
    loss = series_of(analysis, "test_loss")
    return float(loss.step[np.argmax(loss.value)])


@quantity("share", "the smallest test loss after its peak, as a share of the peak,")
def test_loss_left_of_peak(analysis: Analysis) -> float:
    falling = _from_peak(analysis)
    return float(falling.value[-1] / falling.value[0])


@quantity("steps", "the step at which test loss is first under half of its peak")
def half_of_peak_at(analysis: Analysis) -> float:
    falling = _from_peak(analysis)
    step = first_below(falling.step, falling.value, _HALF * falling.value[0])
    if step is None:
        raise Never("test loss does not fall to half of its peak")
    return step


@quantity(
    "share",
    "the most of the fall of test loss from its peak (spikes apart) that comes while the step grows by "
    f"{percent(_GROWTH - 1)}",
)
def steepest_fall(analysis: Analysis) -> float:
    falling = _from_peak(analysis)
    later = np.interp(_GROWTH * falling.step, falling.step, falling.value)
    return float((falling.value - later).max() / (falling.value[0] - falling.value[-1]))


def _groks(
    id: str,
    sentence: str,
    place: str,
    published: str,
    system: str,
    judged: Quantity = outcome,
    train: Quantity = train_learned_at,
    test: Quantity = test_learned_at,
) -> Claim:
    return Claim(
        id=id,
        sentence=sentence,
        place=place,
        published=published,
        region=Is(judged, ("grokked",)),
        provided=Reached(train),
        shows=Ratio(test, train),
        finding=f"{{{judged.name}}}: the train set is learned from step {{{train.name}:.0f}}, the test set from step "
        f"{{{test.name}:.0f}}",
        system=system,
        figure="training-curve",
    )


register(
    _groks(
        "digits-few-grok",
        filled("5-digit addition on few examples groks ({digits_few.examples} in W)."),
        _PLACE,
        filled(
            "train {digits_few.train_loss_end} and test {digits_few.test_loss_end} nats at the end (W); test under 1 "
            "nat near step {digits_few.under_1} (published run)"
        ),
        "digits-few",
    ),
    _groks(
        "induction-few-grok",
        filled(
            "On {induction_few.sequences} sequences a two-layer model groks (here at ten times the published learning "
            "rate, and with batches drawn anew in each epoch)."
        ),
        'W, "Introduction"',
        filled(
            "groks (W); under 2 nats at step {induction_few.under_2}, under 1 at {induction_few.under_1} "
            "(published run, at learning rate {induction_few.lr} on the same four batches)"
        ),
        "induction-few",
        # No model can be right on 99 % of the labels, since a token may have occurred earlier by chance too.
        outcome_by_loss,
        train_loss_learned_at,
        test_loss_learned_at,
    ),
    _groks(
        "trigrams-few-grok",
        "Skip trigrams on few sequences grok.",
        _PLACE,
        filled(
            "groks (W); train under 0.1 nats at step {trigrams_few.train_under_0.1}, test under 0.5 at "
            "{trigrams_few.under_0.5} (published run)"
        ),
        "trigrams-few",
    ),
    Claim(
        id="digits-few-peak",
        sentence="On few sums the model memorises first: test loss rises to a multiple of guessing.",
        place=_PLACE,
        published=filled("{digits_few.peak} nats at step {digits_few.peak_step} (published run)"),
        region=Between(
            test_peak_over_guessing,
            published("digits_few.peak").number / _GUESSING / _WITHIN,
            published("digits_few.peak").number / _GUESSING * _WITHIN,
            f"the published height within a factor of {_WITHIN:g}",
        ),
        provided=Reached(train_loss_learned_at),
        finding="{test_peak_over_guessing:.2f} times guessing at step {test_peak_at:.0f}; train loss is learned from "
        "step {train_loss_learned_at:.0f}",
        system="digits-few",
        figure="training-curve",
    ),
    Claim(
        id="digits-few-smooth",
        sentence="On few sums test loss then falls smoothly, without a jump.",
        place=_PLACE,
        published=filled(
            "half of the peak at step {digits_few.half_of_peak_step}; at most {digits_few.steepest_fall} of the fall "
            "while the step grows by a tenth (published run)"
        ),
        region=AllOf(
            AtMost(test_loss_left_of_peak, _HALF, "otherwise most of the fall is still to come"),
            Below(steepest_fall, _HALF, "a jump is most of the fall"),
        ),
        provided=Reached(train_loss_learned_at),
        shows=steepest_fall,
        finding="half of the peak at step {half_of_peak_at:.0f}, {test_loss_left_of_peak:.1%} of it left; at most "
        "{steepest_fall:.0%} of the fall while the step grows by a tenth",
        system="digits-few",
        figure="training-curve",
    ),
)
