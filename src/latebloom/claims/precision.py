"""Claims about the precision of the loss: where slingshots come from."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, Statistic, SweepClaim, register, statistic
from latebloom.claims.learning import boundary_of, right_from, series_of, test_loss_falls_at
from latebloom.claims.quantity import Quantity, Undefined, once, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Below
from latebloom.claims.settings import grouped
from latebloom.claims.verdict import MOST
from latebloom.models import Examples, per_label
from latebloom.published import filled
from latebloom.tasks import split

SPIKE = 10.0
"""A spike is a logged train loss over this many times the median of the `BEFORE` logged ones before it. Arbitrary: the
published ones are of several decades."""

BEFORE = 20
_IS_A_SPIKE = f"(train losses over {SPIKE:g} times the median of the {BEFORE} logged before them; both are arbitrary)"
_PLACE = 'W, "Notable Observations", slingshot mechanism'


class Spike(NamedTuple):
    """A rise of the train loss: the step at which it begins, and its height in units of the loss before it."""

    step: float
    height: float


@once
def spikes_of(analysis: Analysis) -> list[Spike]:
    """The spikes of the train loss once the run has memorised."""
    series, start = series_of(analysis, "train_loss"), right_from(analysis, "train")
    if start is None:
        return []
    late = [i for i in range(BEFORE, len(series)) if series.step[i] > start]
    times = {i: float(series.value[i] / np.median(series.value[i - BEFORE : i])) for i in late}
    found: list[Spike] = []
    for i in late:
        if times[i] > SPIKE and times.get(i - 1, 0.0) <= SPIKE:
            found.append(Spike(float(series.step[i]), times[i]))
        elif times[i] > SPIKE:
            found[-1] = found[-1]._replace(height=max(found[-1].height, times[i]))
    return found


@quantity("spikes", f"the number of spikes of the train loss {_IS_A_SPIKE} before test loss begins to fall")
def spikes_before_fall(analysis: Analysis) -> int:
    change = boundary_of(analysis, "clean-up")
    return sum(spike.step < change for spike in spikes_of(analysis))


@quantity("spikes", f"the number of spikes of the train loss {_IS_A_SPIKE} after memorising")
def spikes(analysis: Analysis) -> int:
    return len(spikes_of(analysis))


@quantity("times", "the heights of these spikes, in units of the loss before them")
def spike_heights(analysis: Analysis) -> list[float]:
    return [spike.height for spike in spikes_of(analysis)]


@torch.no_grad()
def _zero_share(analysis: Analysis, step: int) -> float:
    """Share of the train set whose loss at a step is exactly 0 in the precision that the run was trained with."""
    run = analysis.run
    train = Examples.of(split(run.task, run.experiment.data).train, "cpu")
    dtype = getattr(torch, run.experiment.training.loss_dtype)
    logits = run.checkpoint(step).model(train.tokens, run.task.loss_positions)
    losses, _ = per_label(logits, train.labels, dtype)
    return float((losses == 0).double().mean())


@quantity("share", "the share of train losses that are exactly 0 at the last checkpoint before the first spike")
def zero_losses_before_spike(analysis: Analysis) -> float:
    found = spikes_of(analysis)
    before = [step for step in analysis.run.checkpoints if found and step < found[0].step]
    if not before:
        raise Undefined("the run has no spike, or no checkpoint before it")
    return _zero_share(analysis, before[-1])


@quantity("share", "the largest share of train losses that are exactly 0 at any checkpoint")
def zero_losses_most(analysis: Analysis) -> float:
    if not analysis.run.checkpoints:
        raise Undefined("the run has no checkpoints")
    return max(_zero_share(analysis, step) for step in analysis.run.checkpoints)


def _chosen(records: Sequence[Record], dtype: str, full_batch: bool) -> list[Record]:
    """The runs with a loss of this precision, on the full batch or on minibatches. Errors: Undefined without any."""
    groups = grouped(records, "training.loss_dtype", "training.batch_size")
    found = [
        r for (kind, batch), runs in groups.items() if kind == dtype and (batch is None) == full_batch for r in runs
    ]
    if not found:
        raise Undefined(f"needs {'full-batch' if full_batch else 'minibatch'} runs with a {dtype} loss")
    return found


def _counts(records: Sequence[Record]) -> list[float]:
    return [record.value(spikes.name) or 0.0 for record in records]


_Compute = Callable[[Sequence[Record]], object]


def _full(dtype: str, unit: str, formula: str, *quantities: Quantity) -> Callable[[_Compute], Statistic]:
    """Decorator for a statistic of the full-batch runs of one precision."""

    def make(compute: _Compute) -> Statistic:
        def chosen(records: Sequence[Record]) -> object:
            return compute(_chosen(records, dtype, full_batch=True))

        return statistic(unit, formula, *quantities, name=compute.__name__)(chosen)

    return make


@statistic(
    "share",
    "the share of full-batch runs with a float32 loss, beside such runs with a float64 loss, that have a spike of the "
    f"train loss {_IS_A_SPIKE}",
    spikes,
)
def float32_with_spikes(records: Sequence[Record]) -> float:
    _chosen(records, "float64", full_batch=True)
    return float(np.mean([count > 0 for count in _counts(_chosen(records, "float32", full_batch=True))]))


@_full("float32", "", "the spikes of each full-batch run in float32", spikes)
def float32_spikes(records: Sequence[Record]) -> list[float]:
    return _counts(records)


@_full(
    "float64",
    "spikes",
    f"the number of spikes of the train loss {_IS_A_SPIKE} in all full-batch runs in float64",
    spikes,
)
def float64_spikes_sum(records: Sequence[Record]) -> float:
    return sum(_counts(records))


@_full("float64", "", "the spikes of each full-batch run in float64", spikes)
def float64_spikes(records: Sequence[Record]) -> list[float]:
    return _counts(records)


def _before(records: Sequence[Record]) -> list[float]:
    shares = [record.value(zero_losses_before_spike.name) for record in records]
    found = [share for share in shares if share is not None]
    if not found:
        raise Undefined("needs float32 runs with a checkpoint before a spike")
    return found


@_full(
    "float32",
    "share",
    "the smallest share, over full-batch float32 runs, of train losses that are exactly 0 at the last checkpoint "
    "before "
    "the first spike",
    zero_losses_before_spike,
)
def zeros_before_spike_min(records: Sequence[Record]) -> float:
    return min(_before(records))


@_full("float32", "share", "the median of these shares", zero_losses_before_spike)
def zeros_before_spike_median(records: Sequence[Record]) -> float:
    return float(np.median(_before(records)))


@_full("float32", "share", "these shares", zero_losses_before_spike)
def zeros_before_spike(records: Sequence[Record]) -> list[float]:
    return _before(records)


@_full(
    "float64",
    "share",
    "the largest share of train losses that are exactly 0 at any checkpoint of a full-batch float64 run",
    zero_losses_most,
)
def zeros_in_float64(records: Sequence[Record]) -> float:
    return max(record.value(zero_losses_most.name) for record in records)


def _mean_spikes(records: Sequence[Record], mini: bool) -> float:
    runs = _chosen(records, "float64" if mini else "float32", full_batch=not mini)
    return float(np.mean(_counts(runs)))


def _median_height(records: Sequence[Record], mini: bool) -> float:
    runs = _chosen(records, "float64" if mini else "float32", full_batch=not mini)
    heights = [height for record in runs for height in record.value(spike_heights.name) or ()]
    if not heights:
        raise Undefined(f"no {'minibatch' if mini else 'float32'} run has a spike")
    return float(np.median(heights))


@statistic("spikes", "the mean number of spikes in minibatch runs with a float64 loss", spikes)
def minibatch_spikes(records: Sequence[Record]) -> float:
    return _mean_spikes(records, mini=True)


@statistic("spikes", "the mean number of spikes in full-batch runs with a float32 loss", spikes)
def full_batch_spikes(records: Sequence[Record]) -> float:
    return _mean_spikes(records, mini=False)


@statistic("times", "the median height of a spike in minibatch runs with a float64 loss", spike_heights)
def minibatch_spike_height(records: Sequence[Record]) -> float:
    return _median_height(records, mini=True)


@statistic("times", "the median height of a spike in full-batch runs with a float32 loss", spike_heights)
def full_batch_spike_height(records: Sequence[Record]) -> float:
    return _median_height(records, mini=False)


@statistic(
    "times",
    "the mean number of spikes in minibatch runs with a float64 loss, over that in full-batch float32 runs,",
    spikes,
)
def minibatch_spike_ratio(records: Sequence[Record]) -> float:
    full = _mean_spikes(records, mini=False)
    if full == 0:
        raise Undefined("no float32 run has a spike to compare with")
    return _mean_spikes(records, mini=True) / full


register(
    Claim(
        id="groks-without-spikes",
        sentence="Slingshots are not needed: the model groks without a spike of the train loss.",
        place=_PLACE,
        published="not necessary",
        region=AtMost(spikes_before_fall, 0.0),
        finding=f"{{spikes_before_fall:.0f}} spikes before test loss falls at step {{{test_loss_falls_at.name}:.0f}}",
        figure="training-curve",
    ),
    SweepClaim(
        id="spikes-from-float32",
        sentence="With log-softmax in float32 the train loss of a memorised model spikes.",
        place=_PLACE,
        published="slingshots",
        region=AtLeast(float32_with_spikes, MOST, "arbitrary"),
        finding="spikes in each run with float32: {float32_spikes:.0f}",
        statistics=(float32_with_spikes, float32_spikes),
        system="precision",
        figure="training-curve",
    ),
    SweepClaim(
        id="no-spikes-in-float64",
        sentence="In float64 there are no spikes.",
        place=_PLACE,
        published="none",
        region=AtMost(float64_spikes_sum, 0.0),
        finding="spikes in each run with float64: {float64_spikes:.0f}",
        statistics=(float64_spikes_sum, float64_spikes),
        system="precision",
        figure="training-curve",
    ),
    SweepClaim(
        id="spikes-after-rounding",
        sentence="Before a spike the loss of some examples has rounded to zero.",
        place=_PLACE,
        published=filled("losses near {precision.rounds_to_zero} round to zero"),
        region=AllOf(Above(zeros_before_spike_min, 0.0), AtMost(zeros_in_float64, 0.0)),
        shows=zeros_before_spike_median,
        finding="{zeros_before_spike:.0%} of the train losses are exactly 0 before the first spike; in float64 at most "
        "{zeros_in_float64:.0%} ever are",
        statistics=(zeros_before_spike_min, zeros_before_spike_median, zeros_before_spike, zeros_in_float64),
        system="precision",
        figure="training-curve",
    ),
    SweepClaim(
        id="spikes-with-minibatches",
        sentence="With minibatches there are spikes in float64 too, though rarer and less severe.",
        place=_PLACE,
        published="rarer and less severe",
        region=AllOf(
            Above(minibatch_spike_ratio, 0.0),
            Below(minibatch_spike_ratio, 1.0),
            Below(minibatch_spike_height, full_batch_spike_height),
        ),
        finding="{minibatch_spikes:.1f} spikes per run with a median height of {minibatch_spike_height:.3g} times the "
        "loss before; float32 {full_batch_spikes:.1f}, {full_batch_spike_height:.3g} times",
        statistics=(
            minibatch_spike_ratio,
            minibatch_spikes,
            minibatch_spike_height,
            full_batch_spikes,
            full_batch_spike_height,
        ),
        system="precision",
        figure="training-curve",
    ),
)
