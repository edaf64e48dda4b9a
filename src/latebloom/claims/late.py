"""Claims about a change long after the model has settled."""

import numpy as np

from latebloom.claims.claim import Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.claims.systems import LATE
from latebloom.phases import Series

WINDOW = 4000
"""Steps before and after a moment whose medians are compared. Arbitrary: the write-up's change is a matter of 1000s."""


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
    moments = at[(at >= settled + WINDOW) & (at <= evidence.last_step - WINDOW) & (at % 500 == 0)]
    return (series, moments) if len(moments) else None


_NEEDS = f"needs a run of {LATE} steps that grokked and settled, and `latebloom measure`"


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
    return judged(times[best] > 2, times[best], text)


def _losses_part(evidence: Evidence) -> Verdict:
    found = _moments(evidence, "test_loss", "train_loss")
    if found is None:
        return undecided(_NEEDS)
    (test, train), moments = found
    up, down = _steps_up(test, moments), _steps_up(train, moments)
    best = int((up / down).argmax())
    text = f"test loss {up[best]:.2f} times, train loss {down[best]:.2f} times where they part most"
    text += f", near step {moments[best]:.0f}"
    return judged(((up > 1.1) & (down < 0.9)).any(), up[best] / down[best], text)


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
        sentence="Long after the model has settled (there: step 43 000) test loss rises while train loss falls.",
        place="W, footnote 27",
        write_up="a tiny phase change",
        rule="At one moment since settling test loss is up by 10 % and train loss down by 10 % (arbitrary), as medians "
        f"of {WINDOW} steps before and after tell.",
        judge=_losses_part,
        system="late",
        figure="training-curve",
    ),
)
