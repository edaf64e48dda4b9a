"""The phase that a run in progress seems to be in."""

from __future__ import annotations

from typing import Literal

from latebloom.phases.answer import PhaseName
from latebloom.phases.detect import read_losses
from latebloom.phases.series import Series


def current_phase(train: Series, test: Series) -> PhaseName | Literal["no separate phases"]:
    """A guess from the losses (nats) recorded so far, for display while the run goes on.

    The rules of :func:`detect_phases` without their intervals, some 0.1 s. Until train loss has levelled out it
    says memorisation; after that circuit formation, which only a later fall of the test loss can confirm.
    "no separate phases": train and test fell together.
    """
    so_far = read_losses(train, test, intervals=False)
    if not so_far.phases:
        return "no separate phases" if so_far.boundaries else "memorisation"
    return so_far.phases[-1].name if so_far.found else "circuit formation"
