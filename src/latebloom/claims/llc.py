"""Claims about the local learning coefficient at the end of training: how it grows with p, and how it compares with
that of a network that can only memorise."""

from collections.abc import Sequence

import numpy as np

from latebloom.analysis import Analysis
from latebloom.circuits.llc import LLC
from latebloom.claims.claim import SweepClaim, register, statistic
from latebloom.claims.learning import outcome, series_of, train_learned_at
from latebloom.claims.quantity import FEWEST_RUNS, Undefined, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, Between
from latebloom.phases.outcome import GENERALISED
from latebloom.statistics import Estimate, ratio_of_medians
from latebloom.statistics.bootstrap import SEED, percentile_interval, resampled_runs
from latebloom.statistics.estimate import LEVEL

_SYSTEM = "llc"
LAU = "Lau et al. 2023, and Panickssery and Vaintrob 2023 on modular addition"
RANDOM, ADDITION = "random_table", "modular_addition"
_COMPARED_P = 23
"""Where both tasks are trained."""
_LIKE = 10.0
"""Train losses within this factor of each other count as equal. Arbitrary."""


@quantity("", "the local learning coefficient at the last checkpoint", source=LAU)
def llc_final(analysis: Analysis) -> float:
    found, learned = series_of(analysis, LLC.name), train_learned_at.measure(analysis)
    assert isinstance(learned, float | int)
    if not (found.step >= learned).any():
        raise Undefined("no checkpoint has a local learning coefficient after the train set is learned")
    if found.step[-1] != analysis.step:
        raise Undefined("the chains at the last checkpoint give no estimate")
    return float(found.value[-1])


@quantity("nats", "train loss at the last checkpoint")
def llc_train_loss(analysis: Analysis) -> float:
    return float(series_of(analysis, "train_loss").at(analysis.step))


def _of(records: Sequence[Record], task: str, p: int | None = None) -> list[Record]:
    """The runs of a task that have a coefficient; of addition those alone that learned their test set."""
    chosen = [one for one in records if one.setting("task.name") == task and p in (None, one.setting("task.p"))]
    able = [one for one in chosen if task == RANDOM or one.value(outcome.name) in GENERALISED]
    return [one for one in able if one.value(llc_final.name) is not None]


@statistic(
    "",
    "the exponent k of the law p^k of the local learning coefficient of networks that learned to add, by "
    "least squares of the logarithms "
    "with a bootstrap over runs,",
    llc_final,
    outcome,
)
def llc_exponent(records: Sequence[Record]) -> Estimate:
    known = _of(records, ADDITION)
    p = np.array([one.setting("task.p") for one in known], dtype=float)
    if len(np.unique(p)) < 3 or len(known) < FEWEST_RUNS:
        raise Undefined(f"{len(known)} runs with {len(np.unique(p))} values of p, and {FEWEST_RUNS} with 3 are needed")
    x, y = np.log(p), np.log([one.value(llc_final.name) for one in known])
    slopes = np.array(
        [
            np.polyfit(x[rows], y[rows], 1)[0] if np.ptp(x[rows]) else np.nan
            for rows in resampled_runs(len(x), seed=SEED)
        ]
    )
    low, high = percentile_interval(slopes, LEVEL)
    reason = "too many draws have one value of p" if low is None or high is None else None
    return Estimate(value=float(np.polyfit(x, y, 1)[0]), low=low, high=high, n=len(known), reason=reason)


def _ratio(records: Sequence[Record], name: str) -> Estimate:
    sides = ([one.value(name) for one in _of(records, task, _COMPARED_P)] for task in (RANDOM, ADDITION))
    memorising, generalising = sides
    if not memorising or not generalising:
        raise Undefined(f"{len(memorising)} memorising and {len(generalising)} generalising runs mod {_COMPARED_P}")
    return ratio_of_medians(memorising, generalising)


@statistic(
    "times",
    f"the median local learning coefficient of networks that memorise a random table mod {_COMPARED_P} "
    f"over that of networks "
    "that learned to add,",
    llc_final,
    outcome,
)
def llc_memorising(records: Sequence[Record]) -> Estimate:
    return _ratio(records, llc_final.name)


@statistic("times", "the ratio of their median train losses", llc_final, outcome, llc_train_loss)
def llc_loss_ratio(records: Sequence[Record]) -> float:
    found = _ratio(records, llc_train_loss.name)
    if found.value is None:
        raise Undefined(found.reason or "there is no ratio")
    return found.value


register(
    SweepClaim(
        id="llc-linear-in-p",
        sentence="The local learning coefficient of networks that add grows in proportion to p.",
        place="Panickssery and Vaintrob 2023",
        published="linear in p",
        region=Between(llc_exponent, 0.75, 1.25, "a quarter on either side of 1, arbitrary"),
        finding="exponent {llc_exponent:.2f} ({llc_exponent.low:.2f} to {llc_exponent.high:.2f})",
        statistics=(llc_exponent,),
        system=_SYSTEM,
    ),
    SweepClaim(
        id="llc-memorising-larger",
        sentence="At equal train loss, the local learning coefficient of a network that memorises is larger.",
        place=LAU,
        published="larger",
        region=Above(llc_memorising, 1.0, "no difference"),
        provided=Between(llc_loss_ratio, 1 / _LIKE, _LIKE, "equal loss, arbitrary"),
        finding="{llc_memorising:.3g} times ({llc_memorising.low:.3g} to {llc_memorising.high:.3g}); "
        "train losses differ by a "
        "factor of {llc_loss_ratio:.2g}",
        statistics=(llc_memorising, llc_loss_ratio),
        system=_SYSTEM,
    ),
)
