"""Early warning: from the first tenth of a run, does it grok?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from latebloom.analysis import Analysis
from latebloom.circuits.modular.embedding import embedding_fractions
from latebloom.circuits.modular.grid import modular_grid
from latebloom.claims import Record, quantity
from latebloom.claims.claim import Statistic, SweepClaim, statistic
from latebloom.claims.learning import RIGHT, final_test_accuracy, series_of, train_learned_at
from latebloom.claims.quantity import Quantity, Undefined
from latebloom.claims.region import Above
from latebloom.claims.settings import grouped
from latebloom.claims.views import modular_task
from latebloom.fourier import gini
from latebloom.measures.any_model import SUM_SQUARED_WEIGHTS
from latebloom.statistics import Estimate, stratified_auc
from latebloom.studies.asked import asked
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec

STEPS = 2000
EARLY = STEPS // 10
"""The first tenth of a run."""

FRACTIONS = ("0.46", "0.48", "0.5", "0.52", "0.54")
"""Around the amount of data at which half of the runs generalise in time."""

BETTER = 0.6
"""AUC above which a warning is of use. Arbitrary; 0.5 is guessing."""


@quantity("nats", f"test loss at step {EARLY}")
def early_test_loss(analysis: Analysis) -> float:
    return series_of(analysis, "test_loss").at(EARLY)


@quantity("times", f"the sum of squared weights at step {EARLY}, over that at step 0,")
def early_weights(analysis: Analysis) -> float:
    weights = series_of(analysis, SUM_SQUARED_WEIGHTS.name)
    return weights.at(EARLY) / weights.at(0)


@quantity("", f"the Gini coefficient of the embedding's energy by frequency at step {EARLY}")
def early_gini(analysis: Analysis) -> float:
    steps = [step for step in analysis.run.checkpoints if 0 < step <= EARLY]
    if not steps:
        raise Undefined(f"the run has no checkpoint between step 1 and {EARLY}")
    model = analysis.run.checkpoint(max(steps)).model.double()
    shares = embedding_fractions(modular_grid(model, modular_task(analysis)).embedding)
    found = None if shares is None else gini(shares)
    if found is None:
        raise Undefined("the embedding does not vary")
    return found


def _learned(record: Record) -> bool:
    return (record.value(final_test_accuracy.name) or 0.0) >= RIGHT


def _warning(one: Quantity, sign: int) -> Callable[[Sequence[Record]], Estimate]:
    """The AUC of a score, with the runs of each share of the data compared among themselves alone."""

    def compute(records: Sequence[Record]) -> Estimate:
        groups = []
        for runs in grouped(records, "data.fraction").values():
            known = [run for run in runs if run.value(one.name) is not None]
            score = np.array([sign * run.value(one.name) for run in known], dtype=float)
            groups.append((score, np.array([_learned(run) for run in known], dtype=bool)))
        return stratified_auc(groups)

    return compute


def _auc(one: Quantity, sign: int, words: str) -> Statistic:
    formula = f"the AUC of {words} for generalising, within runs on equally much data,"
    return statistic("", formula, one, final_test_accuracy, name=f"auc_{one.name}")(_warning(one, sign))


GINI = _auc(early_gini, 1, f"a sparser embedding spectrum at step {EARLY}")
LOSS = _auc(early_test_loss, -1, f"a lower test loss at step {EARLY}")
WEIGHTS = _auc(early_weights, -1, f"a smaller growth of the weights by step {EARLY}")
MEMORY = _auc(train_learned_at, 1, "memorising later")


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    scores = [
        (one.formula.removeprefix("the AUC of ").split(" for ")[0], shown(one.compute(records), "{:.2f}"))
        for one in (GINI, LOSS, WEIGHTS, MEMORY)
    ]
    learned = [
        (f"{fraction:.0%}", f"{sum(map(_learned, runs))} of {len(runs)}")
        for fraction, runs in sorted(grouped(records, "data.fraction").items())
    ]
    return (
        Table("How well each warning tells the runs apart", ("a run is said to generalise if it has", "AUC"), scores),
        Table("How many runs generalise", ("data", "runs"), learned),
    )


def _claim(id: str, sentence: str, one: Statistic) -> SweepClaim:
    region, finding = Above(one, BETTER, "arbitrary; guessing has 0.5"), f"the AUC is {found(one, '.2f')}"
    return asked("early-warning", id, sentence, region, finding, place="asked after the write-up")


def _runs(count: int) -> tuple[Spec, ...]:
    return (small(count, STEPS, "--recording.checkpoints", str(EARLY), data__fraction=FRACTIONS),)


STUDIES.register(
    Study(
        name="early-warning",
        title="Early warning",
        question="From the first tenth of a run, does it grok?",
        place="asked after the write-up, as the use of progress measures",
        hypothesis="A sparser embedding spectrum in the first tenth of a run tells that it will generalise.",
        design="x + y mod 23 on 46 to 54 % of the pairs, around the amount at which half of the runs generalise within "
        f"{STEPS} steps. Three scores are taken at step {EARLY}, and one is the step of memorising. They rank runs on "
        "equally much data alone, so that the amount of data predicts nothing.",
        control="Four scores beside each other; a score that knows nothing has an AUC of 0.5. Runs that never "
        "generalise are half of all.",
        power="If half of the runs on each share generalise, the AUC of a score that knows nothing has a standard "
        "error of 0.09 with 50 runs, and of 0.04 with 250.",
        changes="Longer runs, in which more of them generalise; a larger p.",
        runs={"quick": _runs(10), "full": _runs(50)},
        claims=(
            _claim(
                "early-spectrum",
                "A sparser embedding spectrum in the first tenth of a run predicts that it generalises.",
                GINI,
            ),
            _claim(
                "early-test-loss", "A lower test loss in the first tenth of a run predicts that it generalises.", LOSS
            ),
            _claim(
                "early-weights", "Smaller weights in the first tenth of a run predict that it generalises.", WEIGHTS
            ),
            _claim("early-memory", "A run that memorises later is likelier to generalise.", MEMORY),
        ),
        tables=_tables,
        caveats="Losses are recorded every 20 steps, and by one of two records all runs have learned their train set, "
        "so `early-memory` could not have held. The progress measure predicts no better than test loss does.",
    )
)
