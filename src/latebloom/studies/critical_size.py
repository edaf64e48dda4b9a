"""The critical size: do memory and circuit cost the same where generalisation begins, and is it partial there?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import exp, log, sqrt

import numpy as np

from latebloom.analysis import Analysis
from latebloom.claims import Record, quantity
from latebloom.claims.claim import statistic
from latebloom.claims.learning import (
    final_test_accuracy,
    test_accuracy_at_three_quarters,
    train_learned_at,
    train_mask_of,
)
from latebloom.claims.quantity import Undefined
from latebloom.claims.region import Above, AllOf, Below, Between
from latebloom.claims.settings import STILL_LEARNING, grouped, right_at_end, share_of
from latebloom.claims.verdict import HALF
from latebloom.claims.views import grid
from latebloom.statistics import Estimate, median_estimate, share_difference
from latebloom.studies.asked import asked
from latebloom.studies.equal_logits import MARGIN, weights_at_equal_logits
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import SMALL_P, UNSEEN_SEED, small
from latebloom.studies.texts import BOOTSTRAPPED, found, shown
from latebloom.sweeps.spec import Spec

MEMORIES = ("0.05", "0.1", "0.2", "0.4")
"""Shares of the pairs on which random answers are learned: from about where a memory costs as little as the circuit."""

SUMS = ("0.2", "0.4", "0.45", "0.5", "0.55", "0.6", "0.8")
"""Shares of the pairs on which sums are learned: finer where generalisation begins."""

BOTH = "0.4"
"""The share at which a memory of sums is compared with one of random answers: the largest at which no sums
generalised in the study efficiency."""

STEPS = 2000

PARTLY = (0.2, 0.8)
"""Accuracies between which a model generalises partly. Arbitrary; guessing is right in 1 of 23."""


GROWS = 0.1
"""The exponent of the costs from which on they grow, so that they cross another cost. Arbitrary."""


@quantity(
    "share",
    "accuracy at the end on the test pairs x, y whose mirror image y, x is not in the train set either, and which "
    "symmetry alone cannot give,",
)
def accuracy_beyond_symmetry(analysis: Analysis) -> float:
    whole, trained = grid(analysis), train_mask_of(analysis.final)
    if trained is None:
        raise Undefined("every pair is trained on")
    asked = ~(trained | trained.T)
    if not asked.any():
        raise Undefined("each test pair has its mirror image in the train set")
    return float((whole.logits.argmax(-1) == whole.labels)[asked].double().mean())


def _share(record: Record) -> float:
    return float(record.setting("data.fraction"))


def _partly(record: Record) -> bool:
    """Whether a run ends with a part of the test set right, beyond symmetry, and has stopped getting more right."""
    accuracy = record.value(accuracy_beyond_symmetry.name)
    last, before = (record.value(one.name) or 0.0 for one in (final_test_accuracy, test_accuracy_at_three_quarters))
    return accuracy is not None and PARTLY[0] <= accuracy <= PARTLY[1] and last - before <= STILL_LEARNING


def _remembered(record: Record) -> bool:
    """Whether a run on sums ends with next to nothing right that was neither trained on nor follows by symmetry."""
    accuracy = record.value(accuracy_beyond_symmetry.name)
    return accuracy is not None and accuracy < PARTLY[0]


def _cost(record: Record) -> float | None:
    """What a run costs that has learned its train set."""
    learned = record.value(train_learned_at.name) is not None
    return record.value(weights_at_equal_logits.name) if learned else None


def _by_seed(records: Sequence[Record], random: bool) -> dict[int, list[Record]]:
    """The runs on random answers, or on sums, by seed, those on fewer pairs first."""
    chosen = [record for record in records if (record.setting("task.name") == "random_table") == random]
    return grouped(sorted(chosen, key=_share), "model.seed")


def crossing(shares: Sequence[float], costs: Sequence[float], circuit: float) -> float | None:
    """The share of the pairs at which a memory costs as much as the circuit, by the power law through its costs (least
    squares on the logarithms); None where the costs hardly grow (`GROWS`)."""
    slope, start = np.polyfit(np.log(shares), np.log(costs), 1)
    return exp((log(circuit) - start) / slope) if slope > GROWS else None


def _predicted(memories: Sequence[Record], sums: Sequence[Record]) -> float | None:
    """The critical size that the costs of one seed predict. The circuit is that of the most pairs."""
    costs, circuit = [_cost(run) for run in memories], _cost(sums[-1]) if sums and right_at_end(sums[-1]) else None
    known = [cost for cost in costs if cost is not None]
    if circuit is None or len(known) < len(MEMORIES):
        return None
    return crossing([_share(run) for run in memories], known, circuit)


def _edge(sums: Sequence[Record]) -> int | None:
    """The place of the first run from which on all of a seed's runs on more pairs generalise; None without one."""
    wrong = [i for i, run in enumerate(sums) if not right_at_end(run)]
    first = wrong[-1] + 1 if wrong else 0
    return first if first < len(sums) else None


def _observed(sums: Sequence[Record]) -> float | None:
    """The critical size of one seed: the geometric mean of the shares on either side of the edge; None without both."""
    edge = _edge(sums)
    return sqrt(_share(sums[edge]) * _share(sums[edge - 1])) if edge else None


def _sizes(records: Sequence[Record]) -> list[tuple[float | None, float | None]]:
    """Predicted and observed critical size of each seed."""
    memories, sums = _by_seed(records, random=True), _by_seed(records, random=False)
    return [(_predicted(memories.get(seed, []), runs), _observed(runs)) for seed, runs in sums.items()]


_READ = (weights_at_equal_logits, train_learned_at, final_test_accuracy)


@statistic(
    "times",
    "the share of the pairs at which a memory of random answers would cost as much as the circuit, by a power law "
    f"through its costs at equal logits (where their exponent is over {GROWS:g}), over the share at which "
    "generalisation begins (the geometric mean of the two on either side), in the median over seeds,",
    *_READ,
)
def predicted_over_observed(records: Sequence[Record]) -> Estimate:
    return median_estimate([a / b for a, b in _sizes(records) if a is not None and b is not None])


@statistic(
    "times",
    f"what a memory of sums costs over what one of random answers does, on {float(BOTH):.0%} of the pairs, in the "
    f"median over the seeds whose sums have less than {PARTLY[0]:.0%} of the test set right beyond symmetry,",
    *_READ,
    accuracy_beyond_symmetry,
)
def sums_over_random(records: Sequence[Record]) -> Estimate:
    both = [
        {seed: run for seed, runs in _by_seed(records, random).items() for run in runs if _share(run) == float(BOTH)}
        for random in (False, True)
    ]
    seeds = [seed for seed, run in both[0].items() if seed in both[1] and _remembered(run)]
    costs = [(_cost(both[0][seed]), _cost(both[1][seed])) for seed in seeds]
    return median_estimate([a / b for a, b in costs if a is not None and b is not None])


_PARTLY = (
    f"ends with {PARTLY[0]:.0%} to {PARTLY[1]:.0%} of the test set right beyond symmetry, and no longer gains, on the "
    "most pairs on which its seed does not generalise"
)
_READ_PARTLY = (accuracy_beyond_symmetry, final_test_accuracy, test_accuracy_at_three_quarters)


def _under_edge(records: Sequence[Record]) -> list[tuple[Record, Record]]:
    """Of each seed the run on the most pairs on which it does not generalise, and that on the fewest of all. A seed
    that generalises on the fewest pairs, or on none, is left out."""
    seeds = [(runs, edge) for runs in _by_seed(records, random=False).values() if (edge := _edge(runs))]
    return [(runs[edge - 1], runs[0]) for runs, edge in seeds]


@statistic("share", f"the share of the runs that {_PARTLY.replace('ends', 'end')},", *_READ_PARTLY)
def partly_under_edge(records: Sequence[Record]) -> Estimate:
    return share_of([run for run, _ in _under_edge(records)], _partly)


@statistic(
    "share",
    f"how much more often a run {_PARTLY} than on {float(SUMS[0]):.0%} of the pairs, in the mean over seeds,",
    *_READ_PARTLY,
)
def partly_more_often_than_below(records: Sequence[Record]) -> Estimate:
    return share_difference([(_partly(run), _partly(below)) for run, below in _under_edge(records)])


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    memories, sums = (
        grouped([run for runs in _by_seed(records, random).values() for run in runs], "data.fraction")
        for random in (True, False)
    )
    rows = []
    for share in sorted({*memories, *sums}):
        remembered, summed = memories.get(share, []), sums.get(share, [])
        right = [run for run in summed if right_at_end(run)]
        costs = [
            shown(median_estimate([_cost(run) for run in runs]), "{:.0f}")
            for runs in (remembered, [run for run in summed if not right_at_end(run)], right)
        ]
        shares = [shown(share_of(summed, one)) if summed else "–" for one in (right_at_end, _partly)]
        beyond = shown(median_estimate([run.value(accuracy_beyond_symmetry.name) for run in summed]))
        rows.append((f"{share:.0%}", *costs, *shares, beyond))
    sizes = _sizes(records)
    return (
        Table(
            f"Sum of squared weights at a margin of {MARGIN:g} nats, and how many runs generalise",
            (
                "pairs",
                "random answers",
                "sums, remembered",
                "sums, generalised",
                "sums that generalise",
                "sums that do partly",
                "accuracy beyond symmetry",
            ),
            rows,
        ),
        Table(
            "The critical size, as a share of the pairs, in the median over seeds",
            ("predicted by costs", "observed"),
            [tuple(shown(median_estimate([size[i] for size in sizes]), "{:.1%}") for i in (0, 1))],
        ),
    )


def _runs(count: int) -> tuple[Spec, ...]:
    new = partial(small, count, STEPS, first=UNSEEN_SEED)
    return (new("--task.name", "random_table", data__fraction=MEMORIES), new(data__fraction=SUMS))


_claim = partial(asked, "critical-size", place="Varma et al. 2023, arXiv 2309.02390")

STUDIES.register(
    Study(
        name="critical-size",
        title="The critical size of the train set",
        question="Does generalisation begin at the amount of data at which memory and circuit cost the same, and is it "
        "partial there?",
        place="Varma et al. 2023, after the write-up",
        hypothesis="Generalisation begins, within a factor of two, at the amount of data at which a memory of random "
        "answers costs as much as the circuit.",
        otherwise="No: the amount of data at which a memory of random answers costs as much as the circuit is not "
        "within a factor of two of that at which generalisation begins.",
        design=f"x + y mod {SMALL_P} on {float(SUMS[0]):.0%} to {float(SUMS[-1]):.0%} of the pairs, and random answers "
        f"to {float(MEMORIES[0]):.0%} to {float(MEMORIES[-1]):.0%}, all for {STEPS} steps. The cost is the sum of "
        f"squared weights at a margin of {MARGIN:g} nats. For each seed a power law through the costs of random "
        "answers says at which share they cross that of the circuit on the most pairs.",
        control="Memories of sums beside those of random answers. What is right beyond symmetry is asked of the test "
        "pairs x, y for which y, x was not trained on either. Runs just under the critical size are compared with "
        "runs of the same seeds well below it.",
        power="The quick budget has 6 seeds, the full one 16, with 11 runs each. The interval of a median of six "
        "leaves hardly anything of their range out; that of 16 is about the middle half of them.",
        changes="Longer runs, in which less data may suffice; costs by another norm; a larger p.",
        runs={"quick": _runs(6), "full": _runs(16)},
        claims=(
            _claim(
                id="critical-size-predicted",
                sentence="Generalisation begins where a memory of random answers costs as much as the circuit.",
                published="yes",
                region=Between(predicted_over_observed, HALF, 1 / HALF, "arbitrary: within a factor of two"),
                finding="the critical size that costs predict is "
                f"{found(predicted_over_observed, '.2f')} times the observed one",
            ),
            _claim(
                id="critical-size-memory-of-sums",
                sentence="A memory of sums is cheaper than one of random answers.",
                region=Below(sums_over_random, 1.0),
                finding=f"on {float(BOTH):.0%} of the pairs a memory of sums costs {found(sums_over_random, '.2f')} "
                "times what one of random answers does",
            ),
            _claim(
                id="critical-size-partly",
                sentence="Just under the critical size most models generalise partly, and more of them than well below "
                "it.",
                published="yes",
                region=AllOf(
                    Above(partly_under_edge, HALF, "most of them"),
                    Above(partly_more_often_than_below, 0.0, "the control"),
                ),
                finding=f"just under it {found(partly_under_edge)} of the runs generalise partly, which is "
                f"{found(partly_more_often_than_below)} more than well below",
            ),
        ),
        shown=(accuracy_beyond_symmetry,),
        tables=_tables,
        caveats="The critical size is that of these steps: longer training may lower it. A power law is extended to "
        "the crossing where that is outside the shares that were measured." + BOOTSTRAPPED,
    )
)
