"""Claims about the precision of the loss: where slingshots come from."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from latebloom.claims.claim import Claim, SweepClaim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.claims.pool import MOST
from latebloom.claims.settings import grouped
from latebloom.models import Examples, per_label
from latebloom.tasks import split

SPIKE = 10.0
"""A spike is a logged train loss over this many times the median of the `BEFORE` logged ones before it. Arbitrary: the
published ones are of several decades."""

BEFORE = 20


class Spike(NamedTuple):
    """A rise of the train loss: the step at which it begins, and how many times the loss before it is its height."""

    step: float
    height: float


def spikes(evidence: Evidence) -> list[Spike]:
    """The spikes of the train loss once the run has memorised."""
    series, start = evidence.series("train_loss"), evidence.reached("train")
    if series is None or start is None:
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


def _without_spikes(evidence: Evidence) -> Verdict:
    change = evidence.boundary("clean-up")
    if change is None:
        return undecided("needs a run that grokked")
    before = [spike for spike in spikes(evidence) if spike.step < change]
    found = f"{len(before)} spikes of the train loss before test loss falls at step {change:.0f}"
    return judged(not before, len(before), found)


def _chosen(runs: Sequence[Evidence], full_batch: bool) -> dict[str, list[Evidence]]:
    """The runs on the full batch, or those on minibatches, by the precision of their loss."""
    groups = grouped(runs, "training.loss_dtype", "training.batch_size")
    return {dtype: found for (dtype, batch), found in groups.items() if (batch is None) == full_batch}


def _from_float32(runs: Sequence[Evidence]) -> Verdict:
    chosen = _chosen(runs, full_batch=True)
    if set(chosen) != {"float32", "float64"}:
        return undecided("needs full-batch runs with a float32 and with a float64 loss")
    counts = [len(spikes(run)) for run in chosen["float32"]]
    share = float(np.mean([count > 0 for count in counts]))
    return judged(share >= MOST, share, f"spikes in each run with float32: {counts}")


def _not_from_float64(runs: Sequence[Evidence]) -> Verdict:
    chosen = _chosen(runs, full_batch=True).get("float64")
    if not chosen:
        return undecided("needs full-batch runs with a float64 loss")
    counts = [len(spikes(run)) for run in chosen]
    return judged(not any(counts), sum(counts), f"spikes in each run with float64: {counts}")


def _minibatch(runs: Sequence[Evidence]) -> Verdict:
    mini, full = _chosen(runs, full_batch=False).get("float64"), _chosen(runs, full_batch=True).get("float32")
    if not mini or not full:
        return undecided("needs minibatch runs with a float64 loss and full-batch runs with a float32 one")
    found = [[spikes(run) for run in group] for group in (mini, full)]
    if not any(found[1]):
        return undecided("no float32 run has a spike to compare with")
    counts = [float(np.mean([len(one) for one in group])) for group in found]
    heights = [[spike.height for one in group for spike in one] for group in found]
    if not heights[0]:
        return judged(False, 0.0, "no minibatch run has a spike")
    middles = [float(np.median(group)) for group in heights]
    text = f"{counts[0]:.1f} spikes a run to {middles[0]:.3g} times the loss before; float32 {counts[1]:.1f}"
    milder = counts[0] < counts[1] and middles[0] < middles[1]
    return judged(milder, counts[0] / counts[1], f"{text} to {middles[1]:.3g} times")


@torch.no_grad()
def _zero_shares(evidence: Evidence, steps: Sequence[int]) -> list[float]:
    """Share of the train set whose loss is exactly 0 in the precision that the run was trained with, at each step."""
    run, found = evidence.run, []
    train = Examples.of(split(run.task, run.experiment.data).train, "cpu")
    dtype = getattr(torch, run.experiment.training.loss_dtype)
    for step in steps:
        logits = run.checkpoint(step).model(train.tokens, run.task.loss_positions)
        losses, _ = per_label(logits, train.labels, dtype)
        found.append(float((losses == 0).double().mean()))
    return found


def _rounds_to_zero(runs: Sequence[Evidence]) -> Verdict:
    chosen, before = _chosen(runs, full_batch=True), []
    for run in chosen.get("float32", []):
        first = min((spike.step for spike in spikes(run)), default=0.0)
        there = [step for step in run.run.checkpoints if step < first]
        before += _zero_shares(run, there[-1:])
    if not before or "float64" not in chosen:
        return undecided("needs float32 runs with a checkpoint before a spike, and float64 runs")
    never = max(share for run in chosen["float64"] for share in _zero_shares(run, run.run.checkpoints))
    text = f"{', '.join(f'{share:.0%}' for share in before)} of the train losses are exactly 0 before the first spike"
    return judged(min(before) > 0 == never, float(np.median(before)), f"{text}; in float64 at most {never:.0%} ever")


CLAIMS = (
    Claim(
        id="groks-without-spikes",
        sentence="Slingshots are not needed: the model groks without a spike of the train loss.",
        place='W, "Notable Observations", slingshot mechanism',
        write_up="not necessary",
        rule="No train loss before test loss falls is ten times the median of the 20 logged before (both arbitrary).",
        judge=_without_spikes,
        figure="training-curve",
    ),
    SweepClaim(
        id="spikes-from-float32",
        sentence="With log-softmax in float32 the train loss of a memorised model spikes.",
        place='W, "Notable Observations", slingshot mechanism',
        write_up="slingshots",
        rule="Four of five full-batch runs have a train loss ten times the median of the 20 before (both arbitrary).",
        judge=_from_float32,
        system="precision",
        figure="training-curve",
    ),
    SweepClaim(
        id="no-spikes-in-float64",
        sentence="In float64 there are no spikes.",
        place='W, "Notable Observations", slingshot mechanism',
        write_up="none",
        rule="No full-batch run has a spike by the same count.",
        judge=_not_from_float64,
        system="precision",
        figure="training-curve",
    ),
    SweepClaim(
        id="spikes-after-rounding",
        sentence="Before a spike the loss of some examples has rounded to zero.",
        place='W, "Notable Observations", slingshot mechanism',
        write_up="losses near 1.2e-7 round to zero",
        rule="At the last checkpoint before its first spike every float32 run has train losses that are exactly 0; no "
        "full-batch float64 run has one at any checkpoint.",
        judge=_rounds_to_zero,
        system="precision",
        figure="training-curve",
    ),
    SweepClaim(
        id="spikes-with-minibatches",
        sentence="With minibatches there are spikes in float64 too, though rarer and less severe.",
        place='W, "Notable Observations", slingshot mechanism',
        write_up="rarer and less severe",
        rule="Minibatch runs with a float64 loss have spikes: fewer a run, and with a lower median height, than "
        "full-batch runs in float32.",
        judge=_minibatch,
        system="precision",
        figure="training-curve",
    ),
)
