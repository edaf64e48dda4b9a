"""Claims about modular addition with much data, and with more and more of it."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import scipy

from latebloom.claims.claim import Claim, SweepClaim, register, statistic
from latebloom.claims.falls import TEST_FALL, TRAIN_FALL
from latebloom.claims.learning import MOSTLY_RIGHT, last_step, test_90_at, test_below_90_until, train_90_at
from latebloom.claims.quantity import FEWEST_RUNS, Undefined
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, AnyOf, AtLeast, AtMost, Below, Ratio, Reached
from latebloom.claims.settings import MORE_OFTEN, enough, generalised, grouped, memorised, share_of
from latebloom.claims.verdict import HALF
from latebloom.published import filled, published
from latebloom.statistics import LEVEL, Estimate

_PLACE = 'W, "Empirical Observations"'
_TIMES = (train_90_at, test_90_at, last_step)
_FRACTION = "data.fraction"

PATIENCE = 5 * published("mainline.restricted_loss_settles").number
"""Steps without generalising from which on a run counts as one that only memorises: five times those in which the
write-up's model has generalised on 30 % of the pairs. Arbitrary; the finding gives the steps."""

LIMIT = 1 - 1e-9
"""A rank correlation of exactly 1 has no finite z."""


def _delay(record: Record) -> float:
    """Steps from train to test accuracy 0.9 of a run that memorises; one that has not generalised by its last step
    counts with the delay that it has had by then, which is too little."""
    end = record.value(test_90_at.name if generalised(record) else last_step.name)
    return float(end - record.value(train_90_at.name))


def _by_fraction(records: Sequence[Record]) -> dict[float, list[Record]]:
    groups = grouped(memorised(records), _FRACTION)
    if len(groups) < 3:
        raise Undefined(f"the runs that memorise are on {len(groups)} of the fractions, and three fractions are needed")
    return dict(sorted(groups.items()))


@statistic(
    "",
    "Spearman's rank correlation of the share of data with the delay from "
    f"{MOSTLY_RIGHT} train accuracy to {MOSTLY_RIGHT} test accuracy "
    "(runs that never generalise count as late as they were trained)",
    *_TIMES,
)
def delay_rank_correlation(records: Sequence[Record]) -> Estimate:
    """Interval: Fisher's z with the variance (1 + r²/2) / (n - 3) of Bonett and Wright, Psychometrika 65 (2000)."""
    runs = list(chain.from_iterable(_by_fraction(records).values()))
    n = len(runs)
    if n < FEWEST_RUNS:
        raise Undefined(f"{FEWEST_RUNS} runs that memorise are needed; so far {n}")
    fractions, delays = [run.setting(_FRACTION) for run in runs], [_delay(run) for run in runs]
    found = float(scipy.stats.spearmanr(fractions, delays).statistic)
    if not np.isfinite(found):
        raise Undefined("all runs have the same delay")
    z = np.arctanh(np.clip(found, -LIMIT, LIMIT))
    width = scipy.stats.norm.ppf((1 + LEVEL) / 2) * np.sqrt((1 + found**2 / 2) / (n - 3))
    return Estimate(value=found, low=float(np.tanh(z - width)), high=float(np.tanh(z + width)), n=n)


@statistic("", "the median delay on each share of data", *_TIMES)
def median_delays(records: Sequence[Record]) -> str:
    return ", ".join(f"{_median_delay(group)} at {share:.0%}" for share, group in _by_fraction(records).items())


def _median_delay(records: Sequence[Record]) -> str:
    never = sum(not generalised(record) for record in records)
    note = f" ({never} of {len(records)} never)" if never else ""
    return f"{np.median([_delay(record) for record in records]):.0f}{note}"


def _least_data(records: Sequence[Record]) -> Sequence[Record]:
    """The runs on the least data that was tried that memorise."""
    least = min(record.setting(_FRACTION) for record in records)
    found = memorised([record for record in records if record.setting(_FRACTION) == least])
    return enough(found, "runs on the least data that memorise")


@statistic("share", "the smallest share of data that was tried", *_TIMES)
def least_data(records: Sequence[Record]) -> float:
    return float(_least_data(records)[0].setting(_FRACTION))


@statistic("runs", "the number of runs on the least data that memorise", *_TIMES)
def runs_on_least_data(records: Sequence[Record]) -> int:
    return len(_least_data(records))


@statistic("steps", "the fewest steps of a run on the least data", *_TIMES)
def steps_on_least_data(records: Sequence[Record]) -> float:
    return float(min(record.value(last_step.name) for record in _least_data(records)))


@statistic(
    "share",
    f"the share of the runs on the least data, of {FEWEST_RUNS} or more that reach {MOSTLY_RIGHT} train accuracy, that "
    f"never reach {MOSTLY_RIGHT} test accuracy",
    *_TIMES,
)
def memorising_only_share(records: Sequence[Record]) -> Estimate:
    return share_of(_least_data(records), lambda record: not generalised(record))


register(
    Claim(
        id="much-data-together",
        sentence=filled(
            "On {much_data.fraction} of the pairs train and test loss fall together: nothing is memorised first."
        ),
        place=_PLACE,
        published="the two curves fall as one (a picture)",
        region=AllOf(
            AtMost(
                Ratio(
                    test_below_90_until,
                    train_90_at,
                    f"the last recorded step before test accuracy is {MOSTLY_RIGHT}, over the step at which train "
                    "accuracy is,",
                ),
                1.1,
                "arbitrary",
            ),
            Reached(test_90_at),
        ),
        provided=Reached(train_90_at),
        shows=Ratio(test_90_at, train_90_at),
        finding=f"{MOSTLY_RIGHT} right on train from step "
        "{train_90_at:.0f}, on test between {test_below_90_until:.0f} and {test_90_at:.0f}",
        system="much-data",
        figure="training-curve",
    ),
    Claim(
        id="much-data-phase-change",
        sentence=filled("On {much_data.fraction} of the pairs test loss falls in a phase change."),
        place=_PLACE,
        published="a phase change (a picture)",
        region=TEST_FALL.region,
        shows=TEST_FALL.middle,
        finding=TEST_FALL.finding,
        system="much-data",
        figure="training-curve",
    ),
    Claim(
        id="stream-phase-change",
        sentence="On an endless stream of pairs the loss falls in a phase change too.",
        place='W, "Key Claims"',
        published="phase changes even when given infinite data",
        region=TRAIN_FALL.region,
        shows=TRAIN_FALL.middle,
        finding=TRAIN_FALL.finding,
        system="stream",
        figure="training-curve",
    ),
    SweepClaim(
        id="delay-shrinks-with-data",
        sentence="The more data, the sooner after memorising the model generalises.",
        place='W, "Grokking = Phase Changes + Regularisation + Limited Data"; footnote 2',
        published="grokking near the crossover, none with much data",
        region=Below(delay_rank_correlation, 0.0),
        finding="rank correlation {delay_rank_correlation:.2f} ({delay_rank_correlation.low:.2f} to "
        "{delay_rank_correlation.high:.2f}); median delay in steps: {median_delays}",
        statistics=(delay_rank_correlation, median_delays),
        system="fractions",
        figure="field-effect",
    ),
    SweepClaim(
        id="little-data-memorises",
        sentence="With too little data the model memorises and does not generalise.",
        place='W, "Grokking = Phase Changes + Regularisation + Limited Data"',
        published="below a crossover point",
        region=Above(memorising_only_share, HALF, MORE_OFTEN),
        provided=AnyOf(
            Below(memorising_only_share, HALF),
            AtLeast(steps_on_least_data, PATIENCE, "five times the steps in which W's model generalises; arbitrary"),
        ),
        finding="{memorising_only_share:.0%} ({memorising_only_share.low:.0%} to {memorising_only_share.high:.0%}) of "
        "{runs_on_least_data:.0f} runs on {least_data:.0%} of the pairs memorise and do not generalise within "
        "{steps_on_least_data:.0f} steps",
        statistics=(memorising_only_share, runs_on_least_data, steps_on_least_data, least_data),
        system="fractions",
        figure="field-effect",
    ),
)
