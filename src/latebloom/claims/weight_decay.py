"""Claims about weight decay, and about other regularisers."""

from collections.abc import Sequence

import numpy as np

from latebloom.claims.claim import Statistic, SweepClaim, register, statistic
from latebloom.claims.learning import LEARNED, MOSTLY_RIGHT, last_step, test_90_at, test_learned_at, train_90_at
from latebloom.claims.quantity import FEWEST_RUNS, Undefined
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, AnyOf, AtLeast, Below, Between
from latebloom.claims.settings import (
    BEST,
    MORE_OFTEN,
    Chosen,
    Grokking,
    best_setting,
    enough,
    generalisation_times,
    grokked,
    grouped,
    memorised,
    share_generalised,
    share_grokked,
)
from latebloom.claims.verdict import HALF
from latebloom.published import filled, published
from latebloom.statistics import Estimate, fit_power_law, level_effects, median_step

_FIELD = "optimiser.weight_decay"
_SLOWDOWN = published("weight_decay.slowdown").number
_TIMES = (test_learned_at, last_step)
_ALL = (train_90_at, test_90_at, test_learned_at, last_step)
_LARGEST = "at the largest p with such runs"


def _at_largest_p(records: Sequence[Record], needed: str, *decays: float) -> dict[float, list[Record]]:
    """The runs of the largest p that was trained with all of these weight decays, on one share of the pairs, by weight
    decay, the largest first. needed: what is missing where there are none. Errors: Undefined."""
    arms = sorted(grouped(records, "task.p", "data.fraction").items(), reverse=True)
    for _, runs in arms:
        groups = grouped(runs, _FIELD)
        if set(decays) <= set(groups) and len(groups) > 1:
            return dict(sorted(groups.items(), reverse=True))
    raise Undefined(needed)


def _where(groups: dict[float, list[Record]]) -> str:
    run = next(iter(groups.values()))[0]
    counts = ", ".join(f"{decay:g}: {len(runs)} runs" for decay, runs in groups.items())
    return f"mod {run.setting('task.p')} on {run.setting('data.fraction'):.0%} of the pairs ({counts})"


_LAW = "needs runs that differ in weight decay"


@statistic(
    "",
    f"the exponent of weight decay in the median step of grokking ({LEARNED} test accuracy; runs that do not reach it "
    f"count as censored) {_LARGEST}",
    *_TIMES,
)
def decay_exponent(records: Sequence[Record]) -> Estimate:
    groups = _at_largest_p(records, _LAW)
    runs = [run for group in groups.values() for run in group]
    decays = np.array([run.setting(_FIELD) for run in runs], dtype=float)
    found = fit_power_law(decays, generalisation_times(runs)).exponent
    if found.value is None or found.low is None or found.high is None:
        raise Undefined(found.reason or "the exponent is undefined")
    return found


@statistic("", "the p, the share of the pairs and the weight decays of these runs", *_TIMES)
def decay_exponent_where(records: Sequence[Record]) -> str:
    return _where(_at_largest_p(records, _LAW))


_PAIR = "needs runs with weight decay 1 and 0.01"


@statistic("times", f"the median step of grokking with weight decay 0.01, over that with 1, {_LARGEST},", *_TIMES)
def decay_001_factor(records: Sequence[Record]) -> Estimate:
    groups = _at_largest_p(records, _PAIR, 1.0, 0.01)
    (effect,) = level_effects({"1": generalisation_times(groups[1.0]), "0.01": generalisation_times(groups[0.01])})
    if effect.factor.value is None:
        raise Undefined(effect.factor.reason or "a median is undefined")
    return effect.factor


@statistic("", "the p, the share of the pairs and the weight decays of these runs", *_TIMES)
def decay_001_where(records: Sequence[Record]) -> str:
    return _where({decay: _at_largest_p(records, _PAIR, 1.0, 0.01)[decay] for decay in (1.0, 0.01)})


_NONE = "needs runs with and without weight decay"


def _without(records: Sequence[Record]) -> Sequence[Record]:
    """The runs without weight decay that memorise."""
    found = memorised(_at_largest_p(records, _NONE, 0.0)[0.0])
    return enough(found, "runs without weight decay that memorise")


@statistic(
    "share",
    f"the share of the runs without weight decay that memorise, {FEWEST_RUNS} or more, that ever reach "
    f"{MOSTLY_RIGHT} test accuracy",
    *_ALL,
)
def without_decay_generalised(records: Sequence[Record]) -> Estimate:
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
    groups = {decay: runs for decay, runs in _at_largest_p(records, _NONE, 0.0).items() if decay > 0}
    least = median_step(generalisation_times(groups[min(groups)]))
    if least.value is None:
        raise Undefined(f"with weight decay {min(groups):g}, {least.reason}")
    return float(steps / least.value)


class _Regulariser:
    """Runs with one regulariser, without the other one: alone, and beside a little weight decay."""

    def __init__(self, prefix: str, what: str, field: str, other: str) -> None:
        self.prefix, self.what, self.field, self.other = prefix, what, field, other
        self.name = what.removesuffix(" of")

    def _settings(self, records: Sequence[Record]) -> dict[tuple[float, float], list[Record]]:
        """The runs by weight decay and strength; strength 0 are the runs without any regulariser but weight decay."""
        groups = grouped(records, _FIELD, self.field, self.other)
        return {(decay, strength): runs for (decay, strength, rest), runs in groups.items() if not rest}

    def _named(self, settings: dict[tuple[float, float], list[Record]]) -> dict[str, Sequence[Record]]:
        return {
            f"with {self.what} {strength:g}" + (f" and weight decay {decay:g}" if decay else ""): memorised(runs)
            for (decay, strength), runs in settings.items()
        }

    def _check_compared(self, settings: dict[tuple[float, float], list[Record]]) -> None:
        """Errors: Undefined for fewer than two strengths, as while a sweep is trained: the best of one is no best."""
        if len({strength for (_, strength), runs in settings.items() if len(runs) >= FEWEST_RUNS}) < 2:
            raise Undefined(f"needs {FEWEST_RUNS} runs with {self.name} at each of two strengths or more")

    def alone(self, records: Sequence[Record]) -> Chosen:
        """The best strength without weight decay."""
        settings = {key: runs for key, runs in self._settings(records).items() if key[0] == 0 and key[1] > 0}
        self._check_compared(settings)
        return best_setting(f"with {self.name} that memorise", self._named(settings))

    def beside(self, records: Sequence[Record]) -> Chosen:
        """The best strength and weight decay among the weight decays with which alone fewer than half of the runs
        grok; it counts as the best of all settings."""
        every = self._settings(records)
        tried = {key: runs for key, runs in every.items() if min(key) > 0}
        self._check_compared(tried)
        weak = {decay for (decay, strength), runs in every.items() if not strength and _mostly_fail(runs)}
        kept = {key: runs for key, runs in tried.items() if key[0] in weak}
        return best_setting(f"with {self.name} and a weight decay too weak alone", self._named(kept), len(tried))

    def control(self, records: Sequence[Record]) -> Sequence[Record]:
        """The runs with the weight decay of the best setting, and without the regulariser."""
        decay = self.beside(records).runs[0].setting(_FIELD)
        return enough(self._settings(records).get((decay, 0.0), []), f"runs with weight decay {decay:g} alone")

    @property
    def controls(self) -> Statistic:
        """The share of the control's runs that grok."""
        return Statistic(
            f"{self.prefix}_beside_control",
            "share",
            "the share of the runs with that weight decay alone that grok",
            lambda records: share_grokked(self.control(records)),
            Grokking(self.prefix, "", self.alone).share.quantities,
        )


def _mostly_fail(runs: Sequence[Record]) -> bool:
    return len(runs) >= FEWEST_RUNS and sum(map(grokked, runs)) < HALF * len(runs)


register(
    SweepClaim(
        id="decay-less-is-later",
        sentence="The weaker the weight decay, the later the grokking.",
        place='W, "Notable Observations", weight decay',
        published="0.01 groks, later",
        region=Below(decay_exponent, 0.0),
        shows=decay_exponent,
        finding="the median step of grokking is proportional to weight decay to the power {decay_exponent:.2f} "
        "({decay_exponent.low:.2f} to {decay_exponent.high:.2f}), {decay_exponent_where}",
        statistics=(decay_exponent, decay_exponent_where),
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
            decay_001_factor,
            _SLOWDOWN / 2,
            _SLOWDOWN * 2,
            "within a factor of two of W's number, which comes from one run: runs that differ in their seed alone are "
            "that far apart",
        ),
        finding="{decay_001_factor:.1f} times later ({decay_001_factor.low:.1f} to {decay_001_factor.high:.1f}), "
        "{decay_001_where}",
        statistics=(decay_001_factor, decay_001_where),
        system="weight-decay",
        figure="field-effect",
    ),
    SweepClaim(
        id="decay-none-no-grokking",
        sentence="Without regularisation a model that has memorised does not grok.",
        place='W, "Grokking = Phase Changes + Regularisation + Limited Data"',
        published="grokking needs regularisation",
        region=Below(without_decay_generalised, HALF, MORE_OFTEN + " it does not"),
        provided=AnyOf(
            Above(without_decay_generalised, HALF),
            AtLeast(without_decay_patience, 2.0, "arbitrary; fewer steps are too few to tell"),
        ),
        finding="{without_decay_generalised:.0%} ({without_decay_generalised.low:.0%} to "
        "{without_decay_generalised.high:.0%}) of {without_decay_runs:.0f} runs without it that memorise generalise "
        "within {without_decay_steps:.0f} steps",
        statistics=(without_decay_generalised, without_decay_patience, without_decay_runs, without_decay_steps),
        system="weight-decay",
        figure="survival",
    ),
)

for prefix, what, field, other in (
    ("dropout", "dropout", "training.dropout", "optimiser.l1"),
    ("l1", "an L1 penalty of", "optimiser.l1", "training.dropout"),
):
    one = _Regulariser(prefix, what, field, other)
    name = one.name
    alone = Grokking(
        prefix,
        f"the runs with {name} of the best strength tried ({BEST}) that memorise, {FEWEST_RUNS} or more,",
        one.alone,
    )
    beside = Grokking(
        f"{prefix}_beside",
        f"the runs with {name} and weight decay of the best strengths tried ({BEST}) that memorise, {FEWEST_RUNS} or "
        "more,",
        one.beside,
    )
    register(
        SweepClaim(
            id=f"{prefix}-groks",
            sentence=f"With {name} instead of weight decay the model groks too.",
            place='W, "Limitations" (only weight decay was studied)',
            published="asked",
            region=alone.region,
            provided=alone.provided,
            finding=alone.finding,
            statistics=alone.statistics,
            system="regularisers",
            figure="survival",
        ),
        SweepClaim(
            id=f"{prefix}-helps-decay",
            sentence=f"With {name} beside a weight decay that is too weak alone the model groks.",
            place='W, "Limitations" (only weight decay was studied)',
            published="asked",
            region=AllOf(beside.region, Below(one.controls, HALF, "the control")),
            provided=beside.provided,
            finding=f"{beside.finding}; with that weight decay alone {{{one.controls.name}:.0%}} "
            f"({{{one.controls.name}.low:.0%}} to {{{one.controls.name}.high:.0%}}) grok",
            statistics=(*beside.statistics, one.controls),
            system="regularisers",
            figure="survival",
        ),
    )
