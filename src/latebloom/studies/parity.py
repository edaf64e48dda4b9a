"""Sparse parity: is there a phase change, and do the weights find the relevant bits before accuracy moves?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from itertools import combinations
from typing import cast

import numpy as np
from jaxtyping import Float, Int

from latebloom.analysis import Analysis
from latebloom.claims import Record, quantity
from latebloom.claims.claim import statistic
from latebloom.claims.learning import series_of, test_90_at
from latebloom.claims.quantity import Never, Undefined, once
from latebloom.claims.region import Above
from latebloom.claims.verdict import HALF
from latebloom.models import BitsMLP
from latebloom.phases import PhaseChange
from latebloom.phases.components import LEAST_FALL
from latebloom.statistics import Estimate, first_reached, median_estimate, share
from latebloom.studies.asked import asked
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import seeds
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec
from latebloom.tasks import SparseParity

STEPS, EVERY = 4000, 25
BITS, RELEVANT = 40, 3
TEST = 2000

BEATEN = 0.95
"""The share of equally large sets of other bits that the relevant bits must beat: the usual level of a test."""

MOVED = 0.55
"""The test accuracy that says that accuracy has moved: 4.5 standard errors above guessing with `TEST` examples. It is
low, so that accuracy is called early rather than late."""

EARLIER = 1.1
"""A ratio of steps that says that the weights lead. Arbitrary: four records at step 1 000."""


@once
def _movement(analysis: Analysis) -> tuple[Int[np.ndarray, " checkpoint"], Float[np.ndarray, "checkpoint bit"]]:
    """Checkpoints, and how far the input weights of each bit are from their initial values (a sum of squares)."""
    steps = analysis.run.checkpoints
    if steps[0] != 0:
        raise Undefined("the run has no checkpoint at step 0")
    weights = [cast(BitsMLP, analysis.run.checkpoint(step).model).mlp.W_in.detach() for step in steps]
    return np.array(steps), np.array([(one - weights[0]).square().sum(1).double().numpy() for one in weights])


@cache
def _others(bits: int, relevant: int) -> Int[np.ndarray, "set bit"]:
    """Every set of as many bits that are not relevant."""
    return np.array(list(combinations(range(relevant, bits), relevant)))


@once
def _beaten(analysis: Analysis) -> Float[np.ndarray, " checkpoint"]:
    """The share of equally large sets of other bits whose weights have moved less than those of the relevant bits."""
    task, (_, moved) = cast(SparseParity, analysis.task), _movement(analysis)
    others = _others(task.bits, task.relevant)
    return np.array([(one[others].sum(1) < one[: task.relevant].sum()).mean() for one in moved])


@quantity(
    "steps",
    "the first checkpoint from which on the input weights of the relevant bits have moved further from their initial "
    f"values than those of {BEATEN:.0%} of equally large sets of other bits",
    source="Barak et al. 2022 (weights of the relevant bits); the random sets are ours",
)
def weights_find_bits_at(analysis: Analysis) -> float:
    steps, behind = _movement(analysis)[0], _beaten(analysis) < BEATEN
    if behind[-1]:
        raise Never(f"they have not by step {steps[-1]}")
    return float(steps[np.flatnonzero(behind)[-1] + 1])


@quantity("steps", f"the first recorded step at which test accuracy is {MOVED:.0%} or more")
def accuracy_moves_at(analysis: Analysis) -> float:
    accuracy = series_of(analysis, "test_accuracy")
    step = first_reached(accuracy.step, accuracy.value, MOVED)
    if step is None:
        raise Never(f"test accuracy does not reach {MOVED:.0%} by step {accuracy.step[-1]:.0f}")
    return step


@quantity(
    "share",
    "the share of the movement of the input weights from their initial values that is that of the relevant bits, "
    f"at the last checkpoint before test accuracy is {MOVED:.0%}",
)
def movement_on_bits(analysis: Analysis) -> float:
    steps, moved = _movement(analysis)
    earlier = np.flatnonzero((steps > 0) & (steps < accuracy_moves_at.measure(analysis)))
    if not len(earlier):
        raise Undefined("no checkpoint after step 0 comes before it")
    last = moved[earlier[-1]]
    return float(last[: cast(SparseParity, analysis.task).relevant].sum() / last.sum())


@quantity("", f"the test loss falls by {LEAST_FALL:.0%} of guessing or more between two corners")
def loss_falls_suddenly(analysis: Analysis) -> float:
    change = analysis.fall("test_loss")
    return float(isinstance(change, PhaseChange) and change.has_onset and change.midpoint is not None)


@statistic(
    "times",
    "the step at which test accuracy moves, over that at which the weights have found the relevant bits, in the median "
    "over the runs whose accuracy moves (0 for a run whose weights never find them),",
    accuracy_moves_at,
    weights_find_bits_at,
)
def weights_lead(records: Sequence[Record]) -> Estimate:
    pairs = [(record.value(accuracy_moves_at.name), record.value(weights_find_bits_at.name)) for record in records]
    return median_estimate([a / b if b else 0.0 for a, b in pairs if a is not None])


@statistic(
    "share", f"the share of the runs whose {loss_falls_suddenly.formula.removeprefix('the ')}", loss_falls_suddenly
)
def sudden_share(records: Sequence[Record]) -> Estimate:
    return share(sum(record.value(loss_falls_suddenly.name) == 1 for record in records), len(records))


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    steps = [
        (one.formula, shown(median_estimate([_step(record, one.name) for record in records]), "{:.0f}"))
        for one in (weights_find_bits_at, accuracy_moves_at, test_90_at)
    ]
    moved = median_estimate([record.value(movement_on_bits.name) for record in records])
    return (
        Table("When, in the median over runs", ("event", "step"), steps),
        Table(
            "Progress that accuracy does not show",
            ("", "share"),
            ((movement_on_bits.formula, shown(moved)), ("the same if all bits moved alike", f"{RELEVANT / BITS:.1%}")),
        ),
    )


def _step(record: Record, name: str) -> float:
    """Infinite where it was not reached."""
    value = record.value(name)
    return float("inf") if value is None else float(value)


_claim = partial(asked, "parity", place='W, "Future Directions", after Barak et al. 2022')


_SETTINGS = (
    *("--task.name", "sparse_parity", "--task.bits", str(BITS), "--task.relevant", str(RELEVANT)),
    *("--data.kind", "stream", "--data.test_size", str(TEST), "--model.kind", "bits_mlp"),
    *("--optimiser.name", "sgd", "--optimiser.lr", "0.1", "--optimiser.weight_decay", "0", "--optimiser.warmup", "0"),
    *("--training.batch_size", "32", "--training.steps", str(STEPS), "--training.stop", "steps"),
    *("--recording.metrics", str(EVERY), "--recording.checkpoints", str(EVERY)),
)


def _runs(count: int) -> tuple[Spec, ...]:
    return (Spec(recipe="small", seeds=seeds(count), settings=_SETTINGS),)


STUDIES.register(
    Study(
        name="parity",
        title="Sparse parity",
        question="Is there a phase change in the k-bit parity problem, and hidden progress before it?",
        place='W, "Future Directions": "looking for phase changes in the k-bit parity problem"',
        hypothesis="The weights find the relevant bits before accuracy moves.",
        otherwise="The weights hardly find the relevant bits before accuracy moves: in the median run it moves after "
        f"at most {EARLIER:g} times as many steps.",
        design=f"The parity of {RELEVANT} of {BITS} bits on an endless stream: an MLP with one hidden layer, plain "
        f"gradient descent without momentum or weight decay, batches of 32, {STEPS} steps. Every {EVERY} steps the "
        "movement of each bit's input weights from their initial values is compared between bits.",
        control="Every set of three other bits: the network and the stream treat all bits alike, so without progress "
        f"the relevant bits are ahead of {BEATEN:.0%} of them by chance once in twenty. They must stay ahead.",
        power="The ratio of the two steps differs between seeds by a factor of about 1.6 (a standard deviation of its "
        "logarithm). The interval of the median of 12 (quick budget) reaches from about 15 % below it to 40 % above "
        "it, that of 40 (full budget) from about 12 % below to 17 % above, so that medians from 1.3 and 1.25 on are "
        f"told from {EARLIER:g}. Ten sudden falls in 12 runs have an interval from 55 %, 27 in 40 runs one from 52 %.",
        changes="A larger batch, with less noise in the weights; a larger k, with a longer plateau; few examples.",
        runs={"quick": _runs(12), "full": _runs(40)},
        claims=(
            _claim(
                "parity-weights-lead",
                "The weights find the relevant bits before accuracy moves.",
                Above(weights_lead, EARLIER, "arbitrary"),
                f"accuracy moves after {found(weights_lead, '.2f')} times as many steps as the weights find the bits",
            ),
            _claim(
                "parity-phase-change",
                "There is a phase change in the k-bit parity problem.",
                Above(sudden_share, HALF, "most of them"),
                f"the loss falls suddenly in {found(sudden_share)} of the runs",
            ),
        ),
        shown=(movement_on_bits, test_90_at),
        tables=_tables,
    )
)
