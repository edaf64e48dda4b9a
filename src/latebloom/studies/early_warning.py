"""Early warning: from the first tenth of a run, does it grok, and when?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from latebloom.claims import Record
from latebloom.claims.claim import Statistic, SweepClaim, statistic
from latebloom.claims.learning import MOSTLY_RIGHT, final_test_accuracy, test_90_at, train_learned_at
from latebloom.claims.quantity import Quantity
from latebloom.claims.region import Above
from latebloom.claims.settings import grouped, right_at_end
from latebloom.statistics import Estimate, median_estimate, stratified_auc
from latebloom.studies.asked import asked
from latebloom.studies.early_scores import (
    EARLY,
    LEFT_OUT,
    STEPS,
    early_curvature,
    early_excluded_loss,
    early_gini,
    early_test_loss,
    early_weights,
)
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import FRESH_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

FRACTIONS = ("0.46", "0.48", "0.5", "0.52", "0.54")
"""Amounts of data at which some of the runs generalise in time, and others do not."""

BETTER = 0.6
"""AUC above which a warning is of use. Arbitrary; 0.5 is guessing."""

SCORES: dict[Quantity, tuple[int, str]] = {
    early_gini: (1, f"a sparser embedding spectrum at step {EARLY}"),
    early_test_loss: (-1, f"a lower test loss at step {EARLY}"),
    early_weights: (-1, f"a smaller growth of the weights by step {EARLY}"),
    early_excluded_loss: (1, f"a higher excluded loss at step {EARLY}"),
    early_curvature: (-1, f"a flatter train loss at step {EARLY}"),
    train_learned_at: (1, "memorising later"),
}
"""Which sign of each score, and in which words, is taken to be a good one."""


def _generalising(records: Sequence[Record]) -> list[Record]:
    """The runs that generalise, and still do at the end."""
    return [record for record in records if right_at_end(record) and record.value(test_90_at.name) is not None]


def _earlier(records: Sequence[Record]) -> list[bool]:
    """Which of these runs generalise earlier than their median."""
    steps = np.array([record.value(test_90_at.name) for record in records], dtype=float)
    return (steps < np.median(steps)).tolist() if len(steps) else []


def _auc(one: Quantity, records: Sequence[Record], members: Callable[[Sequence[Record]], list[bool]]) -> Estimate:
    """The AUC of a score, with the runs of each share of the data compared among themselves alone. The same seeds run
    at every share."""
    sign, _ = SCORES[one]
    groups = []
    for runs in grouped(records, "data.fraction").values():
        known = [run for run in runs if run.value(one.name) is not None]
        score = np.array([sign * run.value(one.name) for run in known], dtype=float)
        seeds = np.array([run.seed for run in known], dtype=int)
        groups.append((score, np.array(members(known), dtype=bool), seeds))
    return stratified_auc(groups)


def _whether(one: Quantity) -> Statistic:
    formula = f"the AUC of {SCORES[one][1]} for generalising, within runs on equally much data,"

    @statistic("", formula, one, final_test_accuracy, name=f"auc_{one.name}")
    def whether(records: Sequence[Record]) -> Estimate:
        return _auc(one, records, lambda runs: list(map(right_at_end, runs)))

    return whether


def _when(one: Quantity) -> Statistic:
    formula = (
        f"the AUC of {SCORES[one][1]} for generalising in the earlier half of the runs that do on equally much data, "
        f"by the step of {MOSTLY_RIGHT} test accuracy,"
    )

    @statistic("", formula, one, final_test_accuracy, test_90_at, name=f"auc_when_{one.name}")
    def when(records: Sequence[Record]) -> Estimate:
        return _auc(one, _generalising(records), _earlier)

    return when


WHETHER = {one: _whether(one) for one in SCORES}
WHEN = {one: _when(one) for one in SCORES}


@statistic(
    "steps",
    f"the number of steps from step {EARLY} to {MOSTLY_RIGHT} test accuracy, in the median over the runs that "
    "generalise,",
    final_test_accuracy,
    test_90_at,
)
def lead_time(records: Sequence[Record]) -> Estimate:
    return median_estimate([record.value(test_90_at.name) - EARLY for record in _generalising(records)])


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    scores = [
        (words, *(shown(kind[one].compute(records), "{:.2f}") for kind in (WHETHER, WHEN)))
        for one, (_, words) in SCORES.items()
    ]
    learned = [
        (
            f"{fraction:.0%}",
            f"{sum(map(right_at_end, runs))} of {len(runs)}",
            shown(median_estimate([run.value(test_90_at.name) for run in _generalising(runs)]), "{:.0f}"),
        )
        for fraction, runs in sorted(grouped(records, "data.fraction").items())
    ]
    return (
        Table(
            "How well each warning tells the runs apart",
            ("a run is said to generalise if it has", "AUC: whether it does", "AUC: whether it is early"),
            scores,
        ),
        Table(
            "How many runs generalise, and when",
            ("data", "runs", f"median step of {MOSTLY_RIGHT} test accuracy"),
            learned,
        ),
    )


_asked = partial(asked, "early-warning", place="asked after the write-up")


def _claim(id: str, sentence: str, one: Statistic) -> SweepClaim:
    return _asked(id, sentence, Above(one, BETTER, "arbitrary; guessing has 0.5"), f"the AUC is {found(one, '.2f')}")


def _runs(count: int) -> tuple[Spec, ...]:
    # Records are close together where the train set is learned, so that the step of memorising is known.
    recorded = ("--recording.metrics", f"2 until {EARLY}, 20", "--recording.checkpoints", str(EARLY))
    return (small(count, STEPS, *recorded, first=FRESH_SEED, data__fraction=FRACTIONS),)


STUDIES.register(
    Study(
        name="early-warning",
        title="Early warning",
        question="From the first tenth of a run, does it grok, and when?",
        place="asked after the write-up, as the use of progress measures",
        hypothesis="A sparser embedding spectrum in the first tenth of a run tells that it will generalise.",
        otherwise="No: a sparser embedding spectrum in the first tenth of a run tells little or nothing of whether it "
        "will generalise.",
        design="x + y mod 23 on 46 to 54 % of the pairs, where some runs generalise within "
        f"{STEPS} steps and others do not. Five scores are taken at step {EARLY}, and one is the step of memorising. "
        "They rank runs on equally much data alone, so that the amount of data predicts nothing. Excluded loss leaves "
        f"out the {LEFT_OUT} strongest frequencies of the embedding at that step; train loss is flat if the largest "
        "eigenvalue of its Hessian, by size, is small. Whether a run generalises early is asked of the runs that do.",
        control="Six scores beside each other; a score that knows nothing has an AUC of 0.5. Runs that do not "
        "generalise by their last step; a table says how many do.",
        power="If half of the runs on each share generalise, the AUC of a score that knows nothing has a standard "
        "error of 0.09 with 50 runs, and of 0.04 with 250; for whether a run is early, 0.13 and 0.05.",
        changes="Longer runs, in which more of them generalise; a larger p.",
        runs={"quick": _runs(10), "full": _runs(50)},
        claims=(
            _claim(
                "early-spectrum",
                "A sparser embedding spectrum in the first tenth of a run predicts that it generalises.",
                WHETHER[early_gini],
            ),
            _claim(
                "early-test-loss",
                "A lower test loss in the first tenth of a run predicts that it generalises.",
                WHETHER[early_test_loss],
            ),
            _claim(
                "early-weights",
                "Smaller weights in the first tenth of a run predict that it generalises.",
                WHETHER[early_weights],
            ),
            _claim(
                "early-excluded-loss",
                "A higher excluded loss in the first tenth of a run predicts that it generalises.",
                WHETHER[early_excluded_loss],
            ),
            _claim(
                "early-curvature",
                "A flatter train loss in the first tenth of a run predicts that it generalises.",
                WHETHER[early_curvature],
            ),
            _claim(
                "early-memory",
                "A run that memorises later is likelier to generalise.",
                WHETHER[train_learned_at],
            ),
            _claim(
                "early-when-spectrum",
                "Of the runs that generalise, those with a sparser embedding spectrum in the first tenth do so "
                "earlier.",
                WHEN[early_gini],
            ),
            _claim(
                "early-when-test-loss",
                "Of the runs that generalise, those with a lower test loss in the first tenth do so earlier.",
                WHEN[early_test_loss],
            ),
            _asked(
                "early-lead",
                "The first tenth of a run is over long before it generalises.",
                Above(lead_time, float(EARLY), "as many steps again; arbitrary"),
                f"the runs that generalise do so {found(lead_time, '.0f')} steps later",
            ),
        ),
        tables=_tables,
        caveats="Whether a run generalises is known by its last step alone: some of the others would with more steps. "
        "Scores are ranked one by one, so it is not known what they tell together. An AUC below 0.5 means that the "
        "opposite of a score predicts: a claim that fails so does not say that the score knows nothing. The same "
        "seeds run on every amount of data; when the rules were frozen, the intervals took these runs for independent, "
        "and no verdict hangs on it. A few runs have generalised by the step at which the scores are taken.",
    )
)
