"""Claims about the precision of the loss: where slingshots come from."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from latebloom.analysis import Analysis
from latebloom.claims.claim import Claim, Statistic, SweepClaim, register
from latebloom.claims.learning import right_from, series_of, test_learned_at
from latebloom.claims.quantity import Undefined, once, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, AtMost, Below, Reached
from latebloom.claims.settings import MORE_OFTEN, enough, grouped, share_of
from latebloom.claims.verdict import HALF
from latebloom.published import filled
from latebloom.statistics import Estimate, mean, median_estimate, ratio_of_mean_counts, ratio_of_medians
from latebloom.tasks import split

SPIKE = 10.0
"""A spike is a logged train loss over this many times the median of the `BEFORE` logged ones before it. Arbitrary: the
published ones are of several decades."""

BEFORE = 20
_IS_A_SPIKE = f"(train losses over {SPIKE:g} times the median of the {BEFORE} logged before them; both are arbitrary)"
_PLACE = 'W, "Notable Observations", slingshot mechanism'


class Spike(NamedTuple):
    """A rise of the train loss: the step at which it begins, and its height, in units of the loss before it and in
    nats above that loss."""

    step: float
    height: float
    nats: float


@once
def spikes_of(analysis: Analysis) -> list[Spike]:
    """The spikes of the train loss once the run has memorised."""
    series, start = series_of(analysis, "train_loss"), right_from(analysis, "train")
    if start is None:
        return []
    found: list[Spike] = []
    inside = False
    for i in range(BEFORE, len(series)):
        if series.step[i] <= start:
            continue
        usual = float(np.median(series.value[i - BEFORE : i]))
        value, before = float(series.value[i]), inside
        inside = value > SPIKE * usual
        if not inside:
            continue
        here = Spike(float(series.step[i]), value / usual if usual else float("inf"), value - usual)
        if before:
            here = Spike(found[-1].step, max(found[-1].height, here.height), max(found[-1].nats, here.nats))
            found.pop()
        found.append(here)
    return found


@quantity("spikes", f"the number of spikes of the train loss {_IS_A_SPIKE} before the test set stays learned")
def spikes_before_learned(analysis: Analysis) -> int:
    learned = analysis.outcome.test_learned_at
    if learned is None:
        raise Undefined("the run does not learn its test set")
    return sum(spike.step < learned for spike in spikes_of(analysis))


@quantity("spikes", f"the number of spikes of the train loss {_IS_A_SPIKE} after memorising")
def spikes(analysis: Analysis) -> int:
    return len(spikes_of(analysis))


@quantity("nats", "the median height of these spikes above the loss before them")
def spike_nats(analysis: Analysis) -> float:
    found = spikes_of(analysis)
    if not found:
        raise Undefined("the run has no spike")
    return float(np.median([spike.nats for spike in found]))


def _zero_share(analysis: Analysis, step: int) -> float:
    """Share of the train set whose loss at a step is exactly 0 in the precision that the run was trained with."""
    import torch

    from latebloom.models import Examples, per_label

    run = analysis.run
    train = Examples.of(split(run.task, run.experiment.data).train, "cpu")
    dtype = getattr(torch, run.experiment.training.loss_dtype)
    with torch.no_grad():
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


class _Arm(NamedTuple):
    """Runs with a loss of one precision, on the full batch or on minibatches."""

    dtype: str
    full_batch: bool

    @property
    def text(self) -> str:
        """Which runs these are, in words."""
        return f"{'full-batch' if self.full_batch else 'minibatch'} runs with a {self.dtype} loss"

    @property
    def prefix(self) -> str:
        """For names of statistics."""
        return f"{'full' if self.full_batch else 'mini'}_{self.dtype}"

    def of(self, records: Sequence[Record]) -> Sequence[Record]:
        """These runs. Errors: Undefined if they are few."""
        groups = grouped(records, "training.loss_dtype", "training.batch_size")
        found = [
            run
            for (dtype, batch), runs in groups.items()
            if dtype == self.dtype and (batch is None) == self.full_batch
            for run in runs
        ]
        return enough(found, self.text)

    def counts(self, records: Sequence[Record]) -> list[float]:
        """The number of spikes of each of them."""
        return [record.value(spikes.name) or 0.0 for record in self.of(records)]

    def with_spikes(self) -> Statistic:
        """The share of them that have a spike."""

        def compute(records: Sequence[Record]) -> Estimate:
            return share_of(self.of(records), _has_spike)

        formula = f"the share of {self.text} that have a spike of the train loss {_IS_A_SPIKE}"
        return Statistic(f"{self.prefix}_with_spikes", "share", formula, compute, (spikes.name,))

    def each(self) -> Statistic:
        """The spikes of each of them."""
        formula = f"the spikes of each of the {self.text}"
        return Statistic(f"{self.prefix}_spikes", "", formula, self.counts, (spikes.name,))

    def mean(self) -> Statistic:
        """Their mean number of spikes."""
        formula = f"the mean number of spikes in {self.text}"
        return Statistic(
            f"{self.prefix}_mean", "spikes", formula, lambda records: mean(self.counts(records)), (spikes.name,)
        )

    def heights(self, records: Sequence[Record]) -> list[float | None]:
        """The median height of the spikes of each of them; None for a run without any."""
        return [record.value(spike_nats.name) for record in self.of(records)]

    def height(self) -> Statistic:
        """How high their spikes are."""
        formula = f"the median over {self.text} that have spikes of the median height of their spikes"
        return Statistic(
            f"{self.prefix}_height",
            "nats",
            formula,
            lambda records: median_estimate(self.heights(records)),
            (spike_nats.name,),
        )


def _has_spike(record: Record) -> bool:
    return bool(record.value(spikes.name))


def _rate_ratio(above: _Arm, below: _Arm) -> Statistic:
    """How many times as many spikes runs of one kind have as runs of another."""

    def compute(records: Sequence[Record]) -> Estimate:
        return ratio_of_mean_counts(above.counts(records), below.counts(records))

    formula = f"the mean number of spikes in {above.text} over that in {below.text}"
    return Statistic(f"{above.prefix}_over_{below.prefix}", "times", formula, compute, (spikes.name,))


def _height_ratio(above: _Arm, below: _Arm) -> Statistic:
    """How many times as high spikes of runs of one kind are as those of another."""

    def compute(records: Sequence[Record]) -> Estimate:
        return ratio_of_medians(above.heights(records), below.heights(records))

    formula = f"the median height in nats of the spikes in {above.text} over that in {below.text}"
    name = f"{above.prefix}_height_over_{below.prefix}"
    return Statistic(name, "times", formula, compute, (spike_nats.name,))


_FULL_32, _FULL_64 = _Arm("float32", True), _Arm("float64", True)
_MINI_32, _MINI_64 = _Arm("float32", False), _Arm("float64", False)

_SPIKING_32, _SPIKING_64 = _FULL_32.with_spikes(), _FULL_64.with_spikes()
_EACH_32, _EACH_64 = _FULL_32.each(), _FULL_64.each()
_64_OVER_32 = _rate_ratio(_FULL_64, _FULL_32)


def _zeros_before(records: Sequence[Record]) -> list[float]:
    shares = [record.value(zero_losses_before_spike.name) for record in _FULL_32.of(records)]
    found = [share for share in shares if share is not None]
    if not found:
        raise Undefined("needs float32 runs with a checkpoint before a spike")
    return found


def _rounded_before(records: Sequence[Record]) -> Estimate:
    known = [run for run in _FULL_32.of(records) if run.value(zero_losses_before_spike.name) is not None]
    return share_of(enough(known, "full-batch float32 runs with a spike"), _zero_before)


def _zero_before(record: Record) -> bool:
    return bool(record.value(zero_losses_before_spike.name))


def _rounded_in_float64(records: Sequence[Record]) -> Estimate:
    return share_of(_FULL_64.of(records), lambda record: bool(record.value(zero_losses_most.name)))


_ROUNDED_BEFORE = Statistic(
    "rounded_before_spike",
    "share",
    "the share of the full-batch float32 runs with a spike in which some train losses are exactly 0 at the last "
    "checkpoint before the first spike",
    _rounded_before,
    (zero_losses_before_spike.name,),
)
_ZEROS_BEFORE = Statistic(
    "zeros_before_first_spike",
    "share",
    "the median over these runs of the share of these losses",
    lambda records: median_estimate(_zeros_before(records)),
    (zero_losses_before_spike.name,),
)
_ROUNDED_64 = Statistic(
    "rounded_in_float64",
    "share",
    "the share of the full-batch float64 runs in which a train loss is exactly 0 at any checkpoint",
    _rounded_in_float64,
    (zero_losses_most.name,),
)


def _fewer_and_lower(id: str, sentence: str, mini: _Arm, extra: tuple[Statistic, ...], finding: str) -> SweepClaim:
    """Spikes of minibatch runs beside those of full-batch float32 runs: rarer, and lower in nats."""
    rate, height = _rate_ratio(mini, _FULL_32), _height_ratio(mini, _FULL_32)
    means, heights = (mini.mean(), _FULL_32.mean()), (mini.height(), _FULL_32.height())
    spiking = mini.with_spikes()
    return SweepClaim(
        id=id,
        sentence=sentence,
        place=_PLACE,
        published="rarer and less severe",
        region=AllOf(
            Above(spiking, HALF, MORE_OFTEN),
            Below(rate, 1.0),
            Below(height, 1.0),
        ),
        shows=rate,
        finding=f"{{{spiking.name}:.0%}} of the minibatch runs have spikes: {{{means[0].name}:.1f}} per run, "
        f"{{{rate.name}:.2f}} ({{{rate.name}.low:.2f}} to {{{rate.name}.high:.2f}}) times the "
        f"{{{means[1].name}:.1f}} of the full batch in float32; their median height is {{{heights[0].name}:.2g}} nats, "
        f"{{{height.name}:.2g}} ({{{height.name}.low:.2g}} to {{{height.name}.high:.2g}}) times the "
        f"{{{heights[1].name}:.2g}} of the full batch in float32{finding}",
        statistics=(spiking, rate, height, *means, *heights, *extra),
        system="precision",
        figure="training-curve",
    )


register(
    Claim(
        id="groks-without-spikes",
        sentence="Slingshots are not needed: the model groks without a spike of the train loss.",
        place=_PLACE,
        published="not necessary",
        region=AtMost(spikes_before_learned, 0.0),
        provided=Reached(test_learned_at),
        finding=f"{{spikes_before_learned:.0f}} spikes before the test set is learned at step "
        f"{{{test_learned_at.name}:.0f}}",
        figure="training-curve",
    ),
    Claim(
        id="no-spikes-on-much-data",
        sentence=filled("On {much_data.fraction} of the pairs too there are no spikes in float64."),
        place=_PLACE + " (there on 30 % of the pairs)",
        published="none on 30 %",
        region=AtMost(spikes, 0.0),
        finding="{spikes:.0f} spikes",
        system="much-data",
        figure="training-curve",
    ),
    SweepClaim(
        id="spikes-from-float32",
        sentence="With log-softmax in float32 the train loss of a memorised model spikes, and with float64 it does so "
        "less often.",
        place=_PLACE,
        published="slingshots",
        region=AllOf(Above(_SPIKING_32, HALF, MORE_OFTEN), Below(_64_OVER_32, 1.0)),
        finding=f"{{{_SPIKING_32.name}:.0%}} ({{{_SPIKING_32.name}.low:.0%}} to {{{_SPIKING_32.name}.high:.0%}}) of "
        f"the runs spike, in float64 {{{_64_OVER_32.name}:.2f}} ({{{_64_OVER_32.name}.low:.2f}} to "
        f"{{{_64_OVER_32.name}.high:.2f}}) times as often; spikes in each run with float32: {{{_EACH_32.name}:.0f}}",
        statistics=(_SPIKING_32, _64_OVER_32, _EACH_32),
        system="precision",
        figure="training-curve",
    ),
    SweepClaim(
        id="no-spikes-in-float64",
        sentence="On the full batch in float64, the mainline's setting, there are no spikes.",
        place=_PLACE,
        published="none",
        region=Below(_SPIKING_64, HALF, MORE_OFTEN + " a run has none"),
        finding=f"{{{_SPIKING_64.name}:.0%}} ({{{_SPIKING_64.name}.low:.0%}} to {{{_SPIKING_64.name}.high:.0%}}) of "
        f"the runs have spikes; spikes in each run: {{{_EACH_64.name}:.0f}}",
        statistics=(_SPIKING_64, _EACH_64),
        system="precision",
        figure="training-curve",
    ),
    SweepClaim(
        id="spikes-after-rounding",
        sentence="Before a spike the loss of some examples has rounded to zero.",
        place=_PLACE,
        published=filled("losses near {precision.rounds_to_zero} round to zero"),
        region=AllOf(
            Above(_ROUNDED_BEFORE, HALF, MORE_OFTEN),
            Below(_ROUNDED_64, HALF, "the control, in which losses do not round to zero"),
        ),
        shows=_ROUNDED_BEFORE,
        finding=f"in {{{_ROUNDED_BEFORE.name}:.0%}} ({{{_ROUNDED_BEFORE.name}.low:.0%}} to "
        f"{{{_ROUNDED_BEFORE.name}.high:.0%}}) of the float32 runs with a spike some train losses are exactly 0 before "
        f"the first (median {{{_ZEROS_BEFORE.name}:.0%}} of them); in {{{_ROUNDED_64.name}:.0%}} of the float64 runs "
        "any ever is",
        statistics=(_ROUNDED_BEFORE, _ZEROS_BEFORE, _ROUNDED_64),
        system="precision",
        figure="training-curve",
    ),
    _fewer_and_lower(
        "spikes-with-minibatches",
        "With minibatches there are spikes in float64 too, though rarer and less severe than those of float32 on the "
        "full batch.",
        _MINI_64,
        (_SPIKING_64,),
        f"; on the full batch in float64 {{{_SPIKING_64.name}:.0%}} of the runs have any",
    ),
    _fewer_and_lower(
        "spikes-with-minibatches-in-float32",
        "At equal precision, float32, spikes with minibatches are rarer and less severe than on the full batch.",
        _MINI_32,
        (),
        "",
    ),
)
