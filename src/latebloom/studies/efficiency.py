"""Circuit efficiency: which amount of data makes the general circuit cheaper than the memory?"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import partial

import numpy as np
import scipy
import torch

from latebloom.analysis import Analysis
from latebloom.claims import Record, quantity
from latebloom.claims.claim import SweepClaim, statistic
from latebloom.claims.learning import (
    MOSTLY_RIGHT,
    RIGHT,
    final_test_accuracy,
    test_90_at,
    test_under_guessing_at,
    train_learned_at,
)
from latebloom.claims.quantity import Undefined
from latebloom.claims.region import Above, AllOf, Below, Between
from latebloom.claims.settings import generalised, grouped, share_of
from latebloom.claims.verdict import HALF
from latebloom.models import Examples, Model
from latebloom.statistics import Estimate, median_estimate
from latebloom.studies.growth import courses, exponents
from latebloom.studies.study import STUDIES, Study, Table, Then
from latebloom.studies.sweeps import small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

MARGIN = 10.0
"""Nats by which the right answer is ahead of the mean of the others, at which weights are compared. Arbitrary."""

SCALES = (0.2, 5.0)
"""Factors on all weights among which that margin is looked for."""

MEMORY, CIRCUIT = ("0.1", "0.2", "0.4", "0.6"), ("0.3", "0.4", "0.5", "0.6")
"""Shares of the pairs on which random answers, and sums, are learned."""

STEPS = 3000

PLENTY = "0.6"
"""The share of the pairs of all runs whose data or weight decay changes during training."""

SHRINKS, FEW, ENOUGH = 1000, "0.2", "0.9"
"""The step at which examples are left out, and the shares of the train set that are kept."""

SLOW = ("--data.fraction", PLENTY, "--optimiser.name", "delayed_decay", "--optimiser.weight_decay", "0.3")
"""A weaker weight decay, at which circuit formation and clean-up take long enough to be told apart."""

STARTS = 1000
"""The step at which a late weight decay starts, long after memorising."""


@quantity(
    "",
    "the sum of squares of all weights of the final model, all scaled alike until the right answer is on average "
    f"{MARGIN:g} nats ahead of the mean of the others on the train set,",
)
def weights_at_equal_logits(analysis: Analysis) -> float:
    return at_equal_logits(analysis.final.model, analysis.sets["train"], analysis.task.loss_positions)


def at_equal_logits(model: Model, train: Examples, positions: tuple[int, ...]) -> float:
    """The sum of squares of all weights, scaled alike until the right answer is on average `MARGIN` nats ahead of the
    mean of the others. Errors: Undefined where no factor in `SCALES` does that."""
    model, labels = copy.deepcopy(model).double(), train.labels.flatten()
    start = [weight.detach().clone() for weight in model.parameters()]

    @torch.no_grad()
    def surplus(log_scale: float) -> float:
        for weight, first in zip(model.parameters(), start):
            weight.copy_(first * np.exp(log_scale))
        logits = model(train.tokens, positions).flatten(0, 1)
        right = logits.gather(1, labels[:, None]).squeeze(1)
        others = (logits.sum(1) - right) / (logits.shape[1] - 1)
        return float((right - others).mean()) - MARGIN

    low, high = map(np.log, SCALES)
    if not surplus(low) < 0 < surplus(high):
        raise Undefined(f"no scale of the weights gives a margin of {MARGIN:g} nats")
    factor = float(np.exp(scipy.optimize.brentq(surplus, low, high, xtol=1e-4)))
    return factor**2 * float(sum(weight.square().sum() for weight in start))


def _cost(record: Record) -> float | None:
    value: float | None = record.value(weights_at_equal_logits.name)
    return value


def _memory_cost(record: Record) -> float | None:
    """What a memory of the whole train set costs."""
    return None if record.value(train_learned_at.name) is None else _cost(record)


def _right(record: Record) -> bool:
    return (record.value(final_test_accuracy.name) or 0.0) >= RIGHT


def _circuit_cost(record: Record) -> float | None:
    """What the general circuit costs; None for a run that has none."""
    return _cost(record) if _right(record) else None


def _memories(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if record.setting("task.name") == "random_table"]


def _sums(records: Sequence[Record]) -> list[Record]:
    """The runs on sums in which nothing changes during training."""
    return [
        record
        for record in records
        if record.setting("task.name") != "random_table"
        and record.setting("optimiser.name") == "adamw"
        and record.setting("intervention.kept") is None
    ]


def _shrunk(records: Sequence[Record], kept: str) -> list[Record]:
    return [record for record in records if record.setting("intervention.kept") == float(kept)]


def _decays(records: Sequence[Record], starts: int = 0, ends: bool = False) -> list[Record]:
    """The runs whose weight decay starts at a step, and ends or does not."""
    return [
        record
        for record in records
        if record.setting("optimiser.decay_from") == starts
        and (record.setting("optimiser.decay_until") is not None) == ends
    ]


def _predicted(records: Sequence[Record]) -> dict[int, float]:
    """By seed, the share of the pairs at which the memory costs what the circuit of the most data costs, from a line
    through the logarithms of its costs."""
    circuits = {
        run.setting("model.seed"): cost
        for run in _sums(records)
        if run.setting("data.fraction") == float(CIRCUIT[-1]) and (cost := _circuit_cost(run)) is not None
    }
    shares = {}
    for seed, runs in grouped(_memories(records), "model.seed").items():
        for pairs, costs in courses(runs, _memory_cost, len(MEMORY)):
            slope, offset = np.polyfit(np.log(pairs), np.log(costs), 1)
            if seed in circuits and slope > 0:
                shares[seed] = float(np.exp((np.log(circuits[seed]) - offset) / slope))
    return shares


def _observed(records: Sequence[Record]) -> dict[int, float]:
    """By seed, the share of the pairs between the largest at which it does not generalise and the next one."""
    shares = {}
    for seed, runs in grouped(_sums(records), "model.seed").items():
        rights = {run.setting("data.fraction"): _right(run) for run in runs}
        failing = [share for share, right in rights.items() if not right]
        above = [share for share in rights if share > max(failing, default=0)]
        if len(rights) == len(CIRCUIT) and failing and above:
            shares[seed] = (max(failing) + min(above)) / 2
    return shares


_READ = (weights_at_equal_logits, final_test_accuracy, train_learned_at)


@statistic(
    "times",
    "the share of the pairs at which memory and circuit cost the same, over that from which on the model generalises, "
    "in the median over seeds that have both,",
    *_READ,
)
def predicted_over_observed(records: Sequence[Record]) -> Estimate:
    predicted, observed = _predicted(records), _observed(records)
    return median_estimate([predicted[seed] / observed[seed] for seed in predicted.keys() & observed.keys()])


@statistic(
    "",
    "the exponent a of weights at equal logits ~ pairs^a of random answers, in the median over seeds that learn all of "
    "them,",
    *_READ,
)
def memory_exponent(records: Sequence[Record]) -> Estimate:
    return median_estimate(exponents(_memories(records), _memory_cost, len(MEMORY)))


@statistic(
    "",
    f"the same exponent of sums between {float(CIRCUIT[-2]):.0%} and {float(CIRCUIT[-1]):.0%} of the pairs, in the "
    "median over seeds that generalise on both,",
    *_READ,
)
def circuit_exponent(records: Sequence[Record]) -> Estimate:
    kept = {float(share) for share in CIRCUIT[-2:]}
    runs = [run for run in _sums(records) if run.setting("data.fraction") in kept]
    return median_estimate(exponents(runs, _circuit_cost, len(kept)))


@statistic(
    "share",
    f"the share of the models that are right on the test set at the end, after their train set shrank to "
    f"{float(FEW):.0%} of itself,",
    final_test_accuracy,
)
def right_with_few(records: Sequence[Record]) -> Estimate:
    return share_of(_shrunk(records, FEW), _right)


@statistic(
    "share",
    f"the share of those whose train set shrank to {float(ENOUGH):.0%}",
    final_test_accuracy,
)
def right_with_enough(records: Sequence[Record]) -> Estimate:
    return share_of(_shrunk(records, ENOUGH), _right)


@statistic(
    "share",
    f"the share of the runs that reach {MOSTLY_RIGHT} test accuracy although their weight decay ends when test loss "
    "gets under guessing",
    test_90_at,
)
def generalise_without_decay(records: Sequence[Record]) -> Estimate:
    return share_of(_decays(records, ends=True), generalised)


@statistic("share", "the share of the runs that do with their weight decay", test_90_at)
def generalise_with_decay(records: Sequence[Record]) -> Estimate:
    return share_of(_decays(records), generalised)


@statistic(
    "times",
    f"the steps from a weight decay that starts at step {STARTS} to {MOSTLY_RIGHT} test accuracy, over the steps of "
    "the run of the same seed with weight decay from the start, in the median over seeds,",
    test_90_at,
)
def late_over_usual(records: Sequence[Record]) -> Estimate:
    """A late run that never generalises counts as infinite; a seed whose usual run does not is left out."""
    usual = {run.setting("model.seed"): run.value(test_90_at.name) for run in _decays(records)}
    ratios = []
    for run in _decays(records, STARTS):
        steps, reached = usual.get(run.setting("model.seed")), run.value(test_90_at.name)
        if steps:
            ratios.append(float("inf") if reached is None else (reached - STARTS) / steps)
    return median_estimate(ratios)


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    rows = []
    memories, sums = (grouped(part, "data.fraction") for part in (_memories(records), _sums(records)))
    for share in sorted({*memories, *sums}):
        costs = [
            shown(median_estimate([of(run) for run in runs.get(share, [])]), "{:.0f}")
            for runs, of in ((memories, _memory_cost), (sums, _circuit_cost))
        ]
        right = shown(share_of(sums[share], _right)) if share in sums else "–"
        rows.append((f"{share:.0%}", *costs, right))
    critical = [
        (what, shown(median_estimate(list(shares.values()))))
        for what, shares in (("predicted", _predicted(records)), ("observed", _observed(records)))
    ]
    changes = [
        (f"the train set shrinks to {float(FEW):.0%}", _shrunk(records, FEW)),
        (f"the train set shrinks to {float(ENOUGH):.0%}", _shrunk(records, ENOUGH)),
        ("nothing, with weight decay 0.3", _decays(records)),
        ("weight decay ends when test loss gets under guessing", _decays(records, ends=True)),
        (f"weight decay starts at step {STARTS}", _decays(records, STARTS)),
    ]
    return (
        Table(
            f"Sum of squared weights at a margin of {MARGIN:g} nats",
            ("pairs", "random answers", "sums, if they generalise", "sums that generalise"),
            rows,
        ),
        Table("The critical share of the pairs", ("", "median over seeds"), critical),
        Table(
            f"What changes during training on {float(PLENTY):.0%} of the pairs",
            ("change", "runs", f"test accuracy of {RIGHT:.0%} at the end"),
            [(what, str(len(runs)), shown(share_of(runs, _right))) for what, runs in changes],
        ),
    )


def _ending(records: Sequence[Record]) -> Sequence[Spec]:
    """For each run with the weaker weight decay that gets under guessing, one whose weight decay ends there."""
    specs = []
    for run in _decays(records):
        step = run.value(test_under_guessing_at.name)
        if step:
            [spec] = _slow(1, STEPS, "--optimiser.decay_until", str(round(step)))
            specs.append(spec.model_copy(update={"seeds": (run.setting("model.seed"),)}))
    return specs


def _slow(count: int, steps: int, *settings: str) -> tuple[Spec, ...]:
    return (small(count, steps, *SLOW, *settings),)


def _runs(count: int) -> tuple[Spec, ...]:
    shrinking = ("--intervention.kind", "fewer_examples", "--intervention.from_step", str(SHRINKS))
    return (
        small(count, STEPS // 2, "--task.name", "random_table", data__fraction=MEMORY),
        small(count, STEPS, data__fraction=CIRCUIT),
        small(count, 2 * SHRINKS, "--data.fraction", PLENTY, *shrinking, intervention__kept=(FEW, ENOUGH)),
        *_slow(count, STEPS),
        *_slow(count, STEPS + STARTS, "--optimiser.decay_from", str(STARTS)),
    )


_make = partial(SweepClaim, place="Varma et al. 2023, arXiv 2309.02390", system="study-efficiency")

STUDIES.register(
    Study(
        name="efficiency",
        title="Circuit efficiency",
        question="Which amount of data makes the general circuit the cheaper one?",
        place="Varma et al. 2023, after the write-up",
        hypothesis="A model generalises from the amount of data on at which its memory would need larger weights than "
        "the circuit for the same logits.",
        design="Random answers mod 23 on 10 to 60 % of the pairs tell what a memory costs: the sum of squared weights "
        f"at a margin of {MARGIN:g} nats. x + y mod 23 on 30 to 60 % tells what the circuit costs, and from where on "
        f"it wins. Then the train set shrinks at step {SHRINKS}, weight decay ends when test loss gets under guessing, "
        f"or starts at step {STARTS}.",
        control="A train set that hardly shrinks; the same seeds with weight decay from start to end.",
        power="Five runs of five have an interval from 57 %, five medians one that is their range. A prediction that "
        "is off by a factor of two is told from a right one if seeds differ by less than a half.",
        changes="Longer runs, in which less data may suffice; a finer grid of shares; weights counted by another norm; "
        "memories of sums, which may be cheaper than those of random answers.",
        runs={"quick": _runs(5), "full": _runs(20)},
        then=Then(
            "for each seed of the runs with weight decay 0.3 whose test loss gets under guessing: the same with "
            "optimiser.decay_until at that step",
            _ending,
        ),
        claims=(
            _make(
                id="efficiency-critical-size",
                sentence="The model generalises from the amount of data on at which memory and circuit cost the same.",
                published="yes",
                region=Between(predicted_over_observed, 1 / 1.5, 1.5, "arbitrary; the grid of shares is as coarse"),
                finding=f"the predicted share is {found(predicted_over_observed, '.2f')} times the observed one",
                statistics=(predicted_over_observed,),
            ),
            _make(
                id="efficiency-memory-grows",
                sentence="A memory costs more the more pairs it holds, and the circuit does not.",
                published="yes",
                region=AllOf(Above(memory_exponent, 0.1, "arbitrary"), Below(circuit_exponent, 0.1)),
                finding="the sum of squared weights grows as the pairs to the power "
                f"{found(memory_exponent, '.2f')} on random answers, and {found(circuit_exponent, '.2f')} on sums",
                statistics=(memory_exponent, circuit_exponent),
            ),
            _make(
                id="efficiency-ungrokking",
                sentence="A model that generalised no longer does when most of its train set is taken away.",
                published="yes, below the critical amount",
                region=AllOf(Below(right_with_few, HALF), Above(right_with_enough, HALF, "the control")),
                finding=f"{found(right_with_few)} of the models still generalise with {float(FEW):.0%} of it, and "
                f"{found(right_with_enough)} with {float(ENOUGH):.0%}",
                statistics=(right_with_few, right_with_enough),
            ),
            _make(
                id="efficiency-no-decay-at-clean-up",
                sentence="Without weight decay from the beginning of the clean-up on, the model does not generalise.",
                published="asked",
                region=AllOf(Below(generalise_without_decay, HALF), Above(generalise_with_decay, HALF, "the control")),
                finding=f"without it {found(generalise_without_decay)} of the runs generalise, with it "
                f"{found(generalise_with_decay)}",
                statistics=(generalise_without_decay, generalise_with_decay),
            ),
            _make(
                id="efficiency-late-decay",
                sentence="Weight decay that starts late takes as many steps as if training began with it.",
                published="asked",
                region=Between(late_over_usual, HALF, 1 / HALF, "arbitrary: within a factor of two"),
                finding=f"late weight decay takes {found(late_over_usual, '.2f')} times as many steps as weight decay "
                "from the start",
                statistics=(late_over_usual,),
            ),
        ),
        shown=(test_under_guessing_at,),
        tables=_tables,
        caveats="A review of 29 November 2026 found these faults. (1) `efficiency-ungrokking` also counts models "
        f"that had never generalised before step {SHRINKS}; and since the mean stays over the whole train set, the "
        f"eps of AdamW is no longer negligible with {float(FEW):.0%} of it, so that weight decay is relatively "
        "stronger there. (2) In `efficiency-no-decay-at-clean-up` the runs without weight decay are chosen by their "
        "outcome, and are not paired with those that have it. (3) `efficiency-late-decay` drops the seeds whose "
        "usual run never arrives. (4) For `efficiency-critical-size` the predicted share is not compared with the "
        "range in which memories were measured, seeds whose slope is not positive are dropped, and seeds in which "
        "success is not monotone in the amount of data are censored. (5) Memories are weighed after "
        f"{STEPS // 2} steps and sums after {STEPS}: their costs are not compared at equal time.",
    )
)
