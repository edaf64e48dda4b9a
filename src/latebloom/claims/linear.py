"""Claims about the linear model from the discussion under the write-up."""

from collections.abc import Sequence

import numpy as np

from latebloom.analysis import Analysis
from latebloom.claims.claim import Statistic, SweepClaim, register
from latebloom.claims.learning import last_step, series_of
from latebloom.claims.quantity import Never, Undefined, percent, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, Below, Region
from latebloom.claims.settings import enough, grouped
from latebloom.statistics import Estimate, first_below, median_estimate, ratio_of_medians
from latebloom.tasks import split

SHARE = 0.1
"""Learned: a loss under this share of its first value. Arbitrary."""

LAG = 1.5
"""Test loss lags where it is learned at this many times the step of train loss: half-way between 1, which is no lag,
and 2, which both kinds of weights at the same pace give, since a test margin is then half of a train margin."""

_LAG_REASON = "half-way between 1, no lag, and 2, the lag if both kinds of weights grow at the same pace"

EARLY = 20
"""The step at which the weights are compared: two passes through the train set in batches of ten, long before it is
learned."""


def _learned(analysis: Analysis, column: str) -> float:
    series = series_of(analysis, column)
    step = first_below(series.step, series.value, SHARE * series.value[0])
    if step is None:
        raise Never(f"{column.replace('_', ' ')} does not fall below {percent(SHARE)} of its first value")
    return step


@quantity("steps", f"the step at which train loss first is below {percent(SHARE)} of its first value")
def train_loss_tenth_at(analysis: Analysis) -> float:
    return _learned(analysis, "train_loss")


@quantity("steps", f"the step at which test loss first is below {percent(SHARE)} of its first value")
def test_loss_tenth_at(analysis: Analysis) -> float:
    return _learned(analysis, "test_loss")


@quantity(
    "times",
    f"the growth of the memorising weights of the train set by step {EARLY} (their mean), over that of the "
    "generalising weight,",
)
def early_memorising_growth(analysis: Analysis) -> float:
    run = analysis.run
    if not {0, EARLY} <= set(run.checkpoints):
        raise Undefined(f"needs the checkpoints 0 and {EARLY}")
    train = split(run.task, run.experiment.data).train.tokens.ravel()
    own, shared = zip(*(_weights(analysis, step, train) for step in (0, EARLY)))
    return (own[1] - own[0]) / (shared[1] - shared[0])


def _weights(analysis: Analysis, step: int, train: np.ndarray) -> tuple[float, float]:
    """The mean memorising weight of these examples, and the generalising weight."""
    from latebloom.models import Linear

    model = analysis.run.checkpoint(step).model
    if not isinstance(model, Linear):
        raise Undefined("needs the linear model")
    own, shared = model.w_own.detach(), model.w_shared.detach()
    return float(own[train].mean()), float(shared)


def _chosen(records: Sequence[Record], optimiser: str, full_batch: bool) -> list[Record]:
    """The runs with this optimiser and kind of batch that learn the train set. Errors: Undefined if they are few."""
    groups = grouped(records, "optimiser.name", "training.batch_size")
    mine = [group for (name, size), group in groups.items() if name == optimiser and (size is None) == full_batch]
    found = [run for group in mine for run in group if run.value(train_loss_tenth_at.name) is not None]
    kind = "full batch" if full_batch else "minibatches"
    return list(enough(found, f"runs with {optimiser} and {kind} that learn the train set"))


def _lags(records: Sequence[Record]) -> list[float]:
    """The step of test loss over that of train loss, in each run; the last step where test loss is never learned,
    which is too little."""
    found = []
    for run in records:
        test = run.value(test_loss_tenth_at.name)
        end = run.value(last_step.name) if test is None else test
        found.append(end / max(run.value(train_loss_tenth_at.name), 1.0))
    return found


_STEPS = (train_loss_tenth_at.name, test_loss_tenth_at.name, last_step.name)
_LAG_FORMULA = (
    f"the ratio of the steps at which test loss and train loss first are below {percent(SHARE)} (arbitrary) of their "
    "first values (the last step where test loss never is)"
)


def _lag(optimiser: str, full_batch: bool) -> tuple[Statistic, Statistic]:
    """The median lag of the runs with this optimiser and kind of batch, and their number."""
    prefix = f"{optimiser}_{'full_batch' if full_batch else 'minibatch'}"

    def lag(records: Sequence[Record]) -> Estimate:
        return median_estimate(_lags(_chosen(records, optimiser, full_batch)))

    def count(records: Sequence[Record]) -> int:
        return len(_chosen(records, optimiser, full_batch))

    return (
        Statistic(f"{prefix}_lag", "times", f"the median over runs of {_LAG_FORMULA}", lag, _STEPS),
        Statistic(f"{prefix}_runs", "runs", "their number", count, _STEPS),
    )


def _growth(full_batch: bool) -> Statistic:
    kind = "full_batch" if full_batch else "minibatch"

    def growth(records: Sequence[Record]) -> Estimate:
        runs = _chosen(records, "adamw", full_batch)
        return median_estimate([run.value(early_memorising_growth.name) for run in runs])

    formula = f"the median over runs of {early_memorising_growth.formula}"
    names = (*_STEPS, early_memorising_growth.name)
    return Statistic(f"adamw_{kind}_growth", "times", formula, growth, names)


def _lag_ratio(records: Sequence[Record]) -> Estimate:
    return ratio_of_medians(
        _lags(_chosen(records, "adamw", full_batch=False)), _lags(_chosen(records, "adamw", full_batch=True))
    )


_FULL, _FULL_RUNS = _lag("adamw", full_batch=True)
_MINI, _MINI_RUNS = _lag("adamw", full_batch=False)
_FULL_GROWTH, _MINI_GROWTH = _growth(full_batch=True), _growth(full_batch=False)
_MINI_OVER_FULL = Statistic(
    "adamw_lag_ratio", "times", f"the median, with minibatches over full batch, of {_LAG_FORMULA},", _lag_ratio, _STEPS
)
_WHAT = "A linear model with 100 memorising weights and one generalising weight"
_PLACE = "the discussion under W"


def _claim(
    optimiser: str, full_batch: bool, sentence: str, region: Region, lag: Statistic, runs: Statistic
) -> SweepClaim:
    return SweepClaim(
        id=f"linear-{optimiser}-{'full-batch' if full_batch else 'minibatch'}",
        sentence=f"{_WHAT} {sentence} ({'full batch' if full_batch else 'minibatches'}).",
        place=_PLACE,
        published="argued there",
        region=region,
        finding=f"test loss is learned at {{{lag.name}:.2f}} ({{{lag.name}.low:.2f}} to {{{lag.name}.high:.2f}}) times "
        f"the step of train loss (median of {{{runs.name}:.0f}} runs)",
        statistics=(lag, runs),
        system="linear",
        figure="training-curve",
    )


def _sgd(full_batch: bool) -> SweepClaim:
    lag, runs = _lag("sgd", full_batch)
    sentence = "learns the generalising one first with gradient descent, so that test loss does not lag"
    return _claim("sgd", full_batch, sentence, Below(lag, LAG, _LAG_REASON), lag, runs)


register(
    _claim(
        "adamw",
        True,
        "learns both at the same pace with AdamW, so that generalising lags",
        Above(_FULL, LAG, _LAG_REASON),
        _FULL,
        _FULL_RUNS,
    ),
    SweepClaim(
        id="linear-adamw-minibatch",
        sentence="With minibatches the memorising weights of a linear model get less gradient from the start, so that "
        "AdamW generalises with less lag than on the full batch.",
        place=_PLACE,
        published="argued there",
        region=AllOf(
            Below(_MINI_GROWTH, 1.0, "on the full batch AdamW moves every weight alike"),
            Below(_MINI_OVER_FULL, 1.0),
        ),
        shows=_MINI_OVER_FULL,
        finding=f"by step {EARLY} the memorising weights grow {{{_MINI_GROWTH.name}:.2f}} times as much as the "
        f"generalising one, on the full batch {{{_FULL_GROWTH.name}:.2f}} times; test loss is learned at "
        f"{{{_MINI.name}:.2f}} times the step of train loss, on the full batch {{{_FULL.name}:.2f}} times; ratio "
        f"{{{_MINI_OVER_FULL.name}:.2f}} ({{{_MINI_OVER_FULL.name}.low:.2f}} to {{{_MINI_OVER_FULL.name}.high:.2f}}); "
        f"{{{_MINI_RUNS.name}:.0f}} and {{{_FULL_RUNS.name}:.0f}} runs",
        statistics=(_MINI_GROWTH, _FULL_GROWTH, _MINI, _FULL, _MINI_OVER_FULL, _MINI_RUNS, _FULL_RUNS),
        system="linear",
        figure="training-curve",
    ),
    _sgd(full_batch=True),
    _sgd(full_batch=False),
)
