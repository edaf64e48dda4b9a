"""Claims about weight decay, and about other regularisers."""

from collections.abc import Callable, Sequence

import numpy as np

from latebloom.claims.claim import SweepClaim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.claims.pool import FEW
from latebloom.claims.settings import (
    FEWEST,
    WHILE_LEARNING,
    grok_times,
    grokking_judged,
    grouped,
    memorising,
    share_generalised,
    share_grokked,
    told_right,
)
from latebloom.statistics import fit_power_law, level_effects, median_step

_FIELD = "optimiser.weight_decay"


def _slower(runs: Sequence[Evidence]) -> Verdict:
    decays = np.array([run.run.experiment.setting(_FIELD) for run in runs])
    law = fit_power_law(decays, grok_times(runs))
    found = law.exponent
    if found.value is None or found.low is None or found.high is None:
        return undecided(found.reason or "the exponent is undefined")
    text = (
        f"median step of grokking goes with weight decay to the {found.value:.2f} ({found.low:.2f} to {found.high:.2f})"
    )
    return judged(found.high < 0, found.value, text)


def _sixty_times(runs: Sequence[Evidence]) -> Verdict:
    groups = grouped(runs, _FIELD)
    if not {1.0, 0.01} <= set(groups):
        return undecided("needs runs with weight decay 1 and 0.01")
    (effect,) = level_effects({"1": grok_times(groups[1.0]), "0.01": grok_times(groups[0.01])})
    factor = effect.factor
    if factor.value is None:
        return undecided(factor.reason or "a median is undefined")
    high = "open" if factor.high is None else f"{factor.high:.1f}"
    text = f"{factor.value:.1f} times later ({factor.low or 0:.1f} to {high})"
    return judged(30 <= factor.value <= 120, factor.value, text)


def _none(runs: Sequence[Evidence]) -> Verdict:
    groups = grouped(runs, _FIELD)
    if 0.0 not in groups:
        return undecided("needs runs without weight decay")
    memorised = memorising(groups[0.0])
    if len(memorised) < FEWEST:
        return undecided(f"{len(memorised)} runs without weight decay memorise, and {FEWEST} are needed")
    share = share_generalised(memorised)
    steps = min(run.last_step for run in memorised)
    found = f"{share:.0%} of {len(memorised)} runs without it that memorise generalise within {steps} steps"
    least = min((decay for decay in groups if decay > 0), default=None)
    if share > FEW or least is None:
        return judged(False, share, found) if share > FEW else undecided(f"{found}; needs runs with it to compare")
    expected = median_step(grok_times(groups[least])).value
    if expected is None or steps < 2 * expected:
        return undecided(f"{found}: too few to tell, since with {least:g} they take {expected or 'as many or more'}")
    return judged(True, share, f"{found}; with {least:g} they take {expected:.0f}")


def _instead(field: str, other: str) -> Callable[[Sequence[Evidence]], Verdict]:
    """The field alone, without the other one."""

    def judge(runs: Sequence[Evidence]) -> Verdict:
        groups = grouped(runs, field, other)
        mine = [run for (value, rest), found in groups.items() if value > 0 and not rest for run in found]
        memorised = memorising(mine)
        if not memorised:
            return undecided(f"{len(mine)} runs with {field}, and none memorises")
        share, steps = share_grokked(memorised), max(run.last_step for run in memorised)
        text = f"{share:.0%} of {len(memorised)} runs that memorise grok in {steps} steps; {told_right(memorised)}"
        few = len(memorised) < FEWEST
        return undecided(f"{text}; {FEWEST} are needed") if few else grokking_judged(share, memorised, text)

    return judge


CLAIMS = (
    SweepClaim(
        id="decay-less-is-later",
        sentence="The weaker the weight decay, the later the grokking.",
        place='W, "Notable Observations", weight decay',
        write_up="0.01 groks, later",
        rule="The exponent of step against weight decay is below 0 with its 95 % interval; censored runs count.",
        judge=_slower,
        system="weight-decay",
        figure="field-effect",
    ),
    SweepClaim(
        id="decay-001-sixty-times",
        sentence="With weight decay 0.01 the model groks about 60 times later than with 1.",
        place='W, "Notable Observations", weight decay',
        write_up="about 60 times",
        rule="The ratio of the median steps is 30 to 120: within a factor of two (arbitrary).",
        judge=_sixty_times,
        system="weight-decay",
        figure="field-effect",
    ),
    SweepClaim(
        id="decay-none-no-grokking",
        sentence="Without regularisation a model that has memorised does not grok.",
        place='W, "Grokking = Phase Changes + Regularisation + Limited Data"',
        write_up="grokking needs regularisation",
        rule="At most one of five runs without it, of three or more that memorise (arbitrary), has 90 % of the test "
        "set right in twice the steps that the least decay takes.",
        judge=_none,
        system="weight-decay",
        figure="survival",
    ),
    *(
        SweepClaim(
            id=f"{name}-groks",
            sentence=f"With {what} instead of weight decay the model groks too.",
            place='W, "Limitations" (only weight decay was studied)',
            write_up="asked",
            rule="Of three or more runs that memorise four of five (arbitrary) grok: test twice as late as train; "
            f"{WHILE_LEARNING}.",
            judge=_instead(field, other),
            system="regularisers",
            figure="survival",
        )
        for name, what, field, other in (
            ("dropout", "dropout", "training.dropout", "optimiser.l1"),
            ("l1", "an L1 penalty", "optimiser.l1", "training.dropout"),
        )
    ),
)
