"""Claims about weight decay, and about other regularisers."""

from collections.abc import Sequence

import numpy as np

from latebloom.claims.claim import SweepClaim, register, statistic
from latebloom.claims.learning import LEARNED, MOSTLY_RIGHT, last_step, test_90_at, test_learned_at, train_90_at
from latebloom.claims.quantity import Undefined
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AnyOf, AtLeast, AtMost, Below, Between
from latebloom.claims.settings import (
    FEWEST,
    Grokking,
    generalisation_times,
    grouped,
    memorised,
    share_generalised,
)
from latebloom.claims.verdict import FEW
from latebloom.published import filled, published
from latebloom.statistics import Estimate, fit_power_law, level_effects, median_step

_FIELD = "optimiser.weight_decay"
_SLOWDOWN = published("weight_decay.slowdown").number
_TIMES = (test_learned_at, last_step)
_ALL = (train_90_at, test_90_at, test_learned_at, last_step)


@statistic(
    "",
    f"the exponent of weight decay in the median step of grokking ({LEARNED} test accuracy; runs that do not reach it "
    "count as censored)",
    *_TIMES,
)
def decay_exponent(records: Sequence[Record]) -> Estimate:
    decays = np.array([record.setting(_FIELD) for record in records], dtype=float)
    found = fit_power_law(decays, generalisation_times(records)).exponent
    if found.value is None or found.low is None or found.high is None:
        raise Undefined(found.reason or "the exponent is undefined")
    return found


@statistic("times", "the median step of grokking with weight decay 0.01, over that with 1,", *_TIMES)
def decay_001_factor(records: Sequence[Record]) -> Estimate:
    groups = grouped(records, _FIELD)
    if not {1.0, 0.01} <= set(groups):
        raise Undefined("needs runs with weight decay 1 and 0.01")
    (effect,) = level_effects({"1": generalisation_times(groups[1.0]), "0.01": generalisation_times(groups[0.01])})
    if effect.factor.value is None:
        raise Undefined(effect.factor.reason or "a median is undefined")
    return effect.factor


def _without(records: Sequence[Record]) -> list[Record]:
    """The runs without weight decay that memorise."""
    found = memorised(grouped(records, _FIELD).get(0.0, []))
    if len(found) < FEWEST:
        raise Undefined(f"{len(found)} runs without weight decay memorise, and {FEWEST} are needed")
    return found


@statistic(
    "share",
    f"the share of the runs without weight decay that memorise, {FEWEST} or more, that ever reach "
    f"{MOSTLY_RIGHT} test accuracy",
    *_ALL,
)
def without_decay_generalised(records: Sequence[Record]) -> float:
    return share_generalised(_without(records))


@statistic("runs", "the number of runs without weight decay that memorise", *_ALL)
def without_decay_runs(records: Sequence[Record]) -> int:
    return len(_without(records))


@statistic("steps", "the fewest steps of such a run", *_ALL)
def without_decay_steps(records: Sequence[Record]) -> float:
    return float(min(record.value(last_step.name) for record in _without(records)))


@statistic(
    "times",
    "the fewest steps of such a run, over the median step of grokking with the least weight decay tried,",
    *_ALL,
)
def without_decay_patience(records: Sequence[Record]) -> float:
    steps = without_decay_steps.compute(records)
    groups = {decay: group for decay, group in grouped(records, _FIELD).items() if decay > 0}
    if not groups:
        raise Undefined("needs runs with weight decay to compare with")
    least = median_step(generalisation_times(groups[min(groups)]))
    if least.value is None:
        raise Undefined(f"with weight decay {min(groups):g}, {least.reason}")
    return float(steps / least.value)


def _instead(prefix: str, what: str, field: str, other: str) -> Grokking:
    """Runs that have the field alone, without the other one."""

    def choose(records: Sequence[Record]) -> tuple[str, Sequence[Record]]:
        groups = grouped(records, field, other)
        chosen = [run for (value, rest), group in groups.items() if value > 0 and not rest for run in group]
        found = memorised(chosen)
        if len(found) < FEWEST:
            raise Undefined(f"{len(found)} of {len(chosen)} runs with {what} memorise, and {FEWEST} are needed")
        return f"with {what}", found

    return Grokking(prefix, f"the runs with {what} that memorise, {FEWEST} or more,", choose)


register(
    SweepClaim(
        id="decay-less-is-later",
        sentence="The weaker the weight decay, the later the grokking.",
        place='W, "Notable Observations", weight decay',
        published="0.01 groks, later",
        region=Below(decay_exponent, 0.0),
        shows=decay_exponent,
        finding="the median step of grokking is proportional to weight decay to the power {decay_exponent:.2f} "
        "({decay_exponent.low:.2f} to {decay_exponent.high:.2f})",
        statistics=(decay_exponent,),
        system="weight-decay",
        figure="field-effect",
    ),
    SweepClaim(
        id="decay-001-sixty-times",
        sentence=filled(
            "With weight decay 0.01 the model groks about {weight_decay.slowdown} times later than with 1."
        ),
        place='W, "Notable Observations", weight decay',
        published=filled("about {weight_decay.slowdown} times"),
        region=Between(
            decay_001_factor, _SLOWDOWN / 2, _SLOWDOWN * 2, "within a factor of two of W's number, arbitrary"
        ),
        finding="{decay_001_factor:.1f} times later ({decay_001_factor.low:.1f} to {decay_001_factor.high:.1f})",
        statistics=(decay_001_factor,),
        system="weight-decay",
        figure="field-effect",
    ),
    SweepClaim(
        id="decay-none-no-grokking",
        sentence="Without regularisation a model that has memorised does not grok.",
        place='W, "Grokking = Phase Changes + Regularisation + Limited Data"',
        published="grokking needs regularisation",
        region=AtMost(without_decay_generalised, FEW, "arbitrary"),
        provided=AnyOf(
            Above(without_decay_generalised, FEW),
            AtLeast(without_decay_patience, 2.0, "arbitrary; fewer steps are too few to tell"),
        ),
        finding="{without_decay_generalised:.0%} of {without_decay_runs:.0f} runs without it that memorise generalise "
        "within {without_decay_steps:.0f} steps",
        statistics=(without_decay_generalised, without_decay_patience, without_decay_runs, without_decay_steps),
        system="weight-decay",
        figure="survival",
    ),
)

for prefix, what, field, other in (
    ("dropout", "dropout", "training.dropout", "optimiser.l1"),
    ("l1", "an L1 penalty", "optimiser.l1", "training.dropout"),
):
    grokking = _instead(prefix, what, field, other)
    register(
        SweepClaim(
            id=f"{prefix}-groks",
            sentence=f"With {what} instead of weight decay the model groks too.",
            place='W, "Limitations" (only weight decay was studied)',
            published="asked",
            region=grokking.region,
            provided=grokking.provided,
            finding=grokking.finding,
            statistics=grokking.statistics,
            system="regularisers",
            figure="survival",
        )
    )
