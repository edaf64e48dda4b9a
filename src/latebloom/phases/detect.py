"""The boundaries and phases of a run, from its series alone."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from latebloom._text import percent
from latebloom.phases.answer import (
    HALF_RIGHT,
    HIGHEST,
    LEARNED,
    MEMORISATION_ENDS,
    SETTLES,
    UNDER_GUESSING,
    Boundary,
    Phase,
    PhaseName,
    Phases,
)
from latebloom.phases.collapse import collapse_of
from latebloom.phases.crossing import crossing
from latebloom.phases.level import WINDOW, Fall, end_of_fall
from latebloom.phases.location import Location
from latebloom.phases.outcome import LEARNED_ACCURACY, MARGIN, outcome_of
from latebloom.phases.peak import RISE, peak
from latebloom.phases.progress import progress_boundaries
from latebloom.phases.series import Series
from latebloom.phases.stays import DIP_SHARE

MEMORISED = 2.0
"""Train loss has to fall this many decades below guessing before it can level out (0.047 nats for mod 113). Arbitrary:
memorising runs level out four to seven decades below it, under-fitting runs less than one."""

SETTLED = 0.5
"""Test loss has to fall this many decades below guessing before it can settle. Arbitrary: half a decade is the
shallowest fall that this package calls a phase change."""

LEVEL = 10.0
"""Train loss is level where it falls so many times more slowly than until then. Arbitrary: memorising runs fall fast to
0.01 nats and then about five times slower to 1e-6, and the corner between the two is not the end."""

SLOW = 5.0
"""The same for test loss, whose fall has no such corner and ends in a slow decline. Arbitrary."""

HALF = 0.5

_NEXT = f"(over the window until {WINDOW:g} times the elapsed steps)"
_DIPS = f"dips that take up to {percent(DIP_SHARE)} of the steps so far are forgiven"
RULES = {
    MEMORISATION_ENDS: f"Train loss levels out: from this step on it falls less than 1/{LEVEL:g} as fast, on a log "
    f"scale, as on average until then {_NEXT}, at less than {percent(10**-MEMORISED)} of guessing.",
    HIGHEST: f"Test loss, smoothed so that spikes do not count, is highest before its fall, at {RISE:g} times guessing "
    "or more.",
    UNDER_GUESSING: f"Test loss stays under the loss of guessing from this step on; {_DIPS}, and the record must end "
    f"at {percent(1 - MARGIN)} of guessing or less.",
    HALF_RIGHT: f"Test accuracy stays at {percent(HALF)} or more from this step on; {_DIPS}.",
    LEARNED: f"Test accuracy stays at {percent(LEARNED_ACCURACY)} or more from this recorded step on; {_DIPS}.",
    SETTLES: f"Test loss settles: from this step on it falls less than 1/{SLOW:g} as fast, on a log scale, as on "
    f"average since it passed guessing {_NEXT}, at less than {percent(10**-SETTLED)} of guessing.",
}
PHASE_RULES: dict[PhaseName, str] = {
    "memorisation": "From the first step until train loss levels out.",
    "circuit formation": "From there until test loss stays under guessing.",
    "clean-up": "From there until test loss settles.",
    "stable": "From there on.",
}
_EMPTY = Series(np.zeros(0), np.zeros(0))

Found = Location | str
"""A step with its interval, or the reason (a clause without a full stop) why there is none."""


def detect_phases(
    series: Mapping[str, Series], *, guessing_loss: float | None = None, memorised_accuracy: float | None = None
) -> Phases:
    """The boundaries of a record, the phases between them, and its outcome.

    Reads ``train_loss`` and ``test_loss`` (nats), ``train_accuracy`` and ``test_accuracy`` (0 to 1) where they were
    recorded; "restricted_loss" and "excluded_loss" add a boundary each; other names are ignored. Each boundary depends
    on the record up to it and shortly after it: see `level.end_of_fall` and `crossing.crossing`. guessing_loss,
    memorised_accuracy: as in `outcome_of`; None, or 0 where the answer is always the same: the first test loss stands
    for guessing. Definitions of the phases: the write-up, "Evolution of Circuits During Training"; Nanda et al. 2023,
    section 5. Limits: circuit formation is defined by its boundaries; only progress measures can show that a circuit
    forms there.
    """
    outcome = outcome_of(series, guessing_loss=guessing_loss, memorised_accuracy=memorised_accuracy)
    train, test, accuracy = (series.get(name, _EMPTY) for name in ("train_loss", "test_loss", "test_accuracy"))
    if not guessing_loss and len(test):
        guessing_loss = float(test.value[0])
    found = _found(train, test, accuracy, guessing_loss)
    progress = progress_boundaries(series, guessing_loss) if isinstance(found[MEMORISATION_ENDS], Location) else ()
    described = [(name, where, RULES[name]) for name, where in found.items()] + list(progress)
    boundaries = tuple(_described(*one, train, test, accuracy) for one in described)
    memorised, under, settled = (found[name] for name in (MEMORISATION_ENDS, UNDER_GUESSING, SETTLES))
    names, reason = _separate(memorised, under, settled)
    starts = [float(train.step[0])] if names else []
    starts += [where.step for where in (memorised, under, settled) if isinstance(where, Location)]
    ends = [*(later for _, later in pairwise(starts)), None]
    phases = tuple(Phase(name, start, end, PHASE_RULES[name]) for name, start, end in zip(names, starts, ends))
    collapse = collapse_of(series, guessing_loss)
    return Phases(outcome, phases, boundaries, len(phases) > 1, reason, guessing_loss or None, collapse)


def _found(train: Series, test: Series, accuracy: Series, guessing: float | None) -> dict[str, Found]:
    """Each boundary by its name."""
    scale = guessing if guessing is not None and guessing > 0 else None
    under = _under_guessing(test, scale)
    return {
        MEMORISATION_ENDS: _levels_out(train, scale),
        HIGHEST: _highest(test, scale, under),
        UNDER_GUESSING: under,
        HALF_RIGHT: _half_right(accuracy, guessing),
        LEARNED: _reached(accuracy, LEARNED_ACCURACY, between=False),
        SETTLES: _settles(test, scale, under),
    }


def _levels_out(train: Series, guessing: float | None) -> Found:
    if not len(train):
        return "train loss was not recorded"
    if guessing is None:
        return _UNKNOWN
    found = end_of_fall(Fall(train, float(train.step[0]), guessing, MEMORISED, LEVEL))
    return found if isinstance(found, Location) else f"train loss does not level out: {found}"


_UNKNOWN = "the loss of guessing is unknown, because test loss was not recorded from above zero"


def _under_guessing(test: Series, guessing: float | None) -> Found:
    if not len(test):
        return "test loss was not recorded"
    if guessing is None:
        return _UNKNOWN
    decades = Series(test.step, np.log10(guessing) - np.log10(np.maximum(test.value, np.finfo(float).tiny)))
    found = crossing(decades, 0.0, ending=-float(np.log10(1 - MARGIN)))
    if found is not None:
        return found
    return f"test loss does not stay under guessing ({guessing:.3g} nats) by step {test.step[-1]:.10g}"


def _settles(test: Series, guessing: float | None, under: Found) -> Found:
    if isinstance(under, str):
        return under
    assert guessing is not None
    found = end_of_fall(Fall(test, under.step, guessing, SETTLED, SLOW))
    return found if isinstance(found, Location) else f"test loss does not settle: {found}"


def _highest(test: Series, guessing: float | None, under: Found) -> Found:
    if not len(test):
        return "test loss was not recorded"
    if guessing is None:
        return _UNKNOWN
    return peak(test, guessing, before=None if isinstance(under, str) else under.step)


def _half_right(accuracy: Series, guessing: float | None) -> Found:
    if guessing is not None and np.exp(-guessing) > HALF - MARGIN:
        return f"guessing alone answers {percent(float(np.exp(-guessing)))} correctly"
    return _reached(accuracy, HALF)


def _reached(accuracy: Series, bar: float, *, between: bool = True) -> Found:
    if not len(accuracy):
        return "test accuracy was not recorded"
    found = crossing(accuracy, bar, between=between)
    return f"test accuracy does not stay at {percent(bar)} by step {accuracy.step[-1]:.10g}" if found is None else found


def _described(name: str, where: Found, rule: str, train: Series, test: Series, accuracy: Series) -> Boundary:
    """The boundary with the state of the run at its step."""
    if isinstance(where, str):
        return Boundary(name, None, None, None, rule, reason=f"{where[0].upper()}{where[1:]}.")
    return Boundary(
        name,
        where.step,
        where.low,
        where.high,
        rule,
        train_loss=_at(train, where.step, log=True),
        test_loss=_at(test, where.step, log=True),
        test_accuracy=_at(accuracy, where.step, log=False),
    )


def _at(series: Series, step: float, *, log: bool) -> float | None:
    """The value at a step, interpolated (a loss by its logarithm); None outside the record."""
    if not len(series) or not series.step[0] <= step <= series.step[-1]:
        return None
    if log and (series.value > 0).all():
        return float(np.exp(np.interp(step, series.step, np.log(series.value))))
    return series.at(step)


def _separate(memorised: Found, under: Found, settled: Found) -> tuple[tuple[PhaseName, ...], str]:
    """The names of the phases that are separate, and the sentence that says why they are or are not."""
    names = tuple(PHASE_RULES)
    if isinstance(memorised, str):
        passed = "" if isinstance(under, str) else f", and test loss stays under guessing from step {under.step:.0f}"
        return (), f"No separate phases: {memorised}{passed}."
    level = f"train loss levelled out at step {memorised.step:.0f}"
    if isinstance(under, str):
        return names[:1], f"Memorised only: {level}, and {under}."
    if under.step <= memorised.step:
        return (), (
            f"No separate phases: they overlap. Test loss stays under guessing from step {under.step:.0f}, and {level}."
        )
    ends = f"settled at step {settled.step:.0f}" if isinstance(settled, Location) else "had not settled by the end"
    ending = f"test loss stays under guessing from step {under.step:.0f} and {ends}"
    return names[: 3 + isinstance(settled, Location)], f"Separate phases: {level}; {ending}."
