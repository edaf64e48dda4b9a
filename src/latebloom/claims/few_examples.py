"""Claims that a task other than modular addition groks on few examples."""

import numpy as np

from latebloom.claims.claim import Claim, Verdict, judged, undecided
from latebloom.claims.evidence import Evidence
from latebloom.tasks.guessing import guessing_losses

SHARE = 0.2
"""Learned: a loss under this share of guessing. Chosen so that the published runs, which grok, are seen to: by it they
learn train and test set at steps 194 and 1727 (trigrams), 328 and 12 646 (digits); at half both sets are alike."""

DELAY = 2.0
"""It groks where test loss is learned at this many times the step of train loss, or later; as for modular addition."""


def groks_on_few(evidence: Evidence) -> Verdict:
    """Whether the test loss is learned long after the train loss."""
    chance = float(np.mean(list(guessing_losses(evidence.run.task).values())))
    train, test = (_learned(evidence, name, chance) for name in ("train_loss", "test_loss"))
    if train is None:
        return undecided("the run does not learn its train set")
    if test is None:
        found = f"learned by step {train:.0f}, never generalises in {evidence.last_step} steps"
        return judged(False, None, found)
    ratio = test / max(train, 1.0)
    return judged(
        ratio >= DELAY, ratio, f"train loss under a fifth of guessing from step {train:.0f}, test from {test:.0f}"
    )


def _learned(evidence: Evidence, name: str, chance: float) -> float | None:
    """The first step from which on a loss stays under `SHARE` of guessing."""
    series = evidence.series(name)
    if series is None:
        return None
    above = np.flatnonzero(series.value >= SHARE * chance)
    after = int(above[-1]) + 1 if len(above) else 0
    return float(series.step[after]) if after < len(series) else None


_RULE = "Test loss is under a fifth of guessing for good at twice the step of train loss, or later (both arbitrary)."

CLAIMS = (
    Claim(
        id="digits-few-grok",
        sentence="5-digit addition on few examples groks (700 there, 600 here).",
        place='W, "Grokking = Phase Changes + Regularisation + Limited Data"',
        write_up="train 3e-8, test 0.2 at the end (W); test under 1 near step 11 400 (published run)",
        rule=_RULE,
        judge=groks_on_few,
        system="digits-few",
        figure="training-curve",
    ),
    Claim(
        id="induction-few-grok",
        sentence="On 512 sequences a two-layer model groks.",
        place='W, "Introduction"',
        write_up="groks (W); near step 196 000 to 199 000 (published run)",
        rule=_RULE,
        judge=groks_on_few,
        system="induction-few",
        figure="training-curve",
    ),
    Claim(
        id="trigrams-few-grok",
        sentence="Skip trigrams on few sequences grok.",
        place='W, "Grokking = Phase Changes + Regularisation + Limited Data"',
        write_up="groks (W); train under 0.1 at step 239, test under 0.5 at 1350 (published run)",
        rule=_RULE,
        judge=groks_on_few,
        system="trigrams-few",
        figure="training-curve",
    ),
)
