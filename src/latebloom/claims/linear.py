"""Claims about the linear model from the discussion under the write-up."""

from collections.abc import Sequence
from statistics import median_high

import numpy as np

from latebloom.analysis import Analysis
from latebloom.claims.claim import Statistic, SweepClaim, register
from latebloom.claims.learning import series_of
from latebloom.claims.quantity import Never, Undefined, percent, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import AtLeast, Below
from latebloom.claims.settings import FEWEST, grouped

SHARE = 0.1
"""Learned: a loss under this share of its first value. Arbitrary."""

LAG = 1.5
"""Test loss lags where it is learned at this many times the step of train loss. Arbitrary."""


def _learned(analysis: Analysis, column: str) -> float:
    series = series_of(analysis, column)
    below = np.flatnonzero(series.value < SHARE * series.value[0])
    if not len(below):
        raise Never(f"{column.replace('_', ' ')} does not fall below {percent(SHARE)} of its first value")
    return float(series.step[below[0]])


@quantity("steps", f"the step at which train loss first is below {percent(SHARE)} of its first value")
def train_loss_tenth_at(analysis: Analysis) -> float:
    return _learned(analysis, "train_loss")


@quantity("steps", f"the step at which test loss first is below {percent(SHARE)} of its first value")
def test_loss_tenth_at(analysis: Analysis) -> float:
    return _learned(analysis, "test_loss")


def _lag(optimiser: str, full_batch: bool) -> tuple[Statistic, Statistic]:
    """The median lag of the runs with this optimiser and kind of batch, and their number."""
    quantities = (train_loss_tenth_at.name, test_loss_tenth_at.name)
    prefix = f"{optimiser}_{'full_batch' if full_batch else 'minibatch'}"

    def chosen(records: Sequence[Record]) -> list[Record]:
        groups = grouped(records, "optimiser.name", "training.batch_size")
        mine = [group for (name, size), group in groups.items() if name == optimiser and (size is None) == full_batch]
        found = [run for group in mine for run in group if run.value(train_loss_tenth_at.name) is not None]
        if len(found) < FEWEST:
            raise Undefined(f"{len(found)} such runs learn the train set, and {FEWEST} are needed")
        return found

    def lag(records: Sequence[Record]) -> float:
        pairs = [tuple(run.value(name) for name in quantities) for run in chosen(records)]
        middle = median_high(float("inf") if test is None else test / max(train, 1.0) for train, test in pairs)
        if middle == float("inf"):
            raise Never(f"in the median of {len(pairs)} runs test loss is never learned")
        return middle

    formula = (
        f"the median ratio of the steps at which test loss and train loss first are below {percent(SHARE)} "
        "(arbitrary) of "
        f"their first values, over {FEWEST} or more runs that learn the train set,"
    )
    runs = Statistic(f"{prefix}_runs", "runs", "their number", lambda records: len(chosen(records)), quantities)
    return Statistic(f"{prefix}_lag", "times", formula, lag, quantities), runs


def _claim(optimiser: str, lags: bool, what: str, full_batch: bool) -> SweepClaim:
    lag, runs = _lag(optimiser, full_batch)
    return SweepClaim(
        id=f"linear-{optimiser}-{'full-batch' if full_batch else 'minibatch'}",
        sentence=f"A linear model with 100 memorising weights and one generalising weight {what} "
        f"({'full batch' if full_batch else 'minibatches'}).",
        place="the discussion under W",
        published="argued there",
        region=AtLeast(lag, LAG, "arbitrary") if lags else Below(lag, LAG, "arbitrary"),
        finding=f"test loss is learned at {{{lag.name}:.2f}} times the step of train loss (median of "
        f"{{{runs.name}:.0f}} "
        "runs)",
        statistics=(lag, runs),
        system="linear",
        figure="training-curve",
    )


register(
    *(
        _claim(optimiser, lags, what, full_batch)
        for optimiser, lags, what in (
            ("adamw", True, "learns both at the same pace with AdamW, so that generalising lags"),
            ("sgd", False, "learns the generalising one first with gradient descent, so that test loss does not lag"),
        )
        for full_batch in (True, False)
    )
)
