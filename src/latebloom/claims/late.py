"""Claims about a change long after the model has settled."""

import numpy as np

from latebloom.claims.claim import Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.claims.systems import LATE
from latebloom.phases import Series

WINDOW = 4000
"""Steps before and after a moment whose medians are compared. Arbitrary: the write-up's change is a matter of 1000s."""

SPACING = 500
"""Steps between two points of the series, at most; arbitrary, eight to a window."""

DOUBLE = 2.0
"""Times more attention after a moment than before it: a beginning. Arbitrary."""

TINY = 1.02
"""Times a loss, or its inverse: a tiny change. Arbitrary."""


def _steps_up(series: Series, moments: np.ndarray) -> np.ndarray:
    """Median of the window after each moment over that before it."""
    after, before = (
        [np.median(series.between(step - back, step + WINDOW - back).value) for step in moments] for back in (0, WINDOW)
    )
    return np.array(after) / np.array(before)


def _moments(evidence: Evidence, *names: str) -> tuple[list[Series], np.ndarray] | None:
    """The series, and the moments since the model settled that have a window on both sides; None without any."""
    settled, found = evidence.boundary("stable"), [evidence.series(name) for name in names]
    series = [one for one in found if one is not None]
    if settled is None or len(series) < len(names) or evidence.last_step < LATE:
        return None
    at = series[0].step
    moments = at[(at >= settled + WINDOW) & (at <= LATE - WINDOW) & (at % 500 == 0)]
    if any(np.diff(one.step).max() > SPACING for one in series):
        return None
    return (series, moments) if len(moments) else None


_NEEDS = (
    f"needs a run of {LATE} steps that grokked and settled, with checkpoints every {SPACING} and `latebloom measure`"
)


def _attends_to_itself(evidence: Evidence) -> Verdict:
    found = _moments(evidence, "attention_to_self")
    if found is None:
        return undecided(_NEEDS)
    (series,), moments = found
    times = _steps_up(series, moments)
    best = int(times.argmax())
    text = (
        f"{times[best]:.2f} times more near step {moments[best]:.0f}, its largest rise; {series.value[-1]:.2%} at last"
    )
    return judged(times[best] > DOUBLE, times[best], text)


def _losses_part(evidence: Evidence) -> Verdict:
    found = _moments(evidence, "attention_to_self", "test_loss", "train_loss", "restricted_loss")
    if found is None:
        return undecided(_NEEDS)
    (attention, *losses), moments = found
    rises = _steps_up(attention, moments)
    if rises.max() <= DOUBLE:
        return undecided("`=` never begins to attend to itself, so there is no such moment")
    moment = moments[[rises.argmax()]]
    test, train, restricted = (float(_steps_up(one, moment)[0]) for one in losses)
    text = f"test loss {test:.2f} times, train loss {train:.2f}, restricted loss {restricted:.2f} times near step "
    return judged(
        test > TINY and max(train, restricted) < 1 / TINY, test, f"{text}{moment[0]:.0f}, where `=` begins to"
    )


CLAIMS = (
    Claim(
        id="late-attention",
        sentence="Long after the model has settled (there: step 43 000) `=` begins to attend to itself.",
        place="W, footnote 27",
        write_up="from never to significantly",
        rule=f"Between settling and step {LATE} its attention to itself doubles once (arbitrary), as the medians of "
        f"{WINDOW} steps before and after tell.",
        judge=_attends_to_itself,
        system="late",
        figure="training-curve",
    ),
    Claim(
        id="late-losses",
        sentence="When `=` late begins to attend to itself, trig loss and train loss fall, and test loss rises.",
        place="W, footnote 27",
        write_up="a tiny phase change",
        rule="Where its attention to itself rises most, test loss is up and train and restricted loss are down by 2 % "
        f"(arbitrary: W calls it tiny), as medians of {WINDOW} steps before and after tell.",
        judge=_losses_part,
        system="late",
        figure="training-curve",
    ),
)
