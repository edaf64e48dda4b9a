"""The outcome of a run: its record, judged with what is known about its task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from latebloom.phases import Outcome, outcome_of
from latebloom.tasks import ModularTask
from latebloom.tasks.guessing import guessing_losses

if TYPE_CHECKING:
    from latebloom.runs.run import Run


def run_outcome(run: Run) -> Outcome:
    """The outcome as of the last recorded step, by the rules of `latebloom.phases.outcome`.

    Guessing is the mean of `guessing_losses` over the task's components, in nats.
    """
    guessing = float(np.mean(list(guessing_losses(run.task).values())))
    return outcome_of(run.all_series(), guessing_loss=guessing, memorised_accuracy=memorised_accuracy(run, guessing))


def memorised_accuracy(run: Run, guessing_loss: float) -> float:
    """The test accuracy (0 to 1) of a model that memorised the train set and treats both operands alike.

    exp(-guessing_loss) on most examples. On a modular task 1 on those pairs (x, y) whose mirror image (y, x) has the
    same answer and is in the train set: that a∘b = b∘a is learned with the train set, well before the operation is.
    """
    guessed = float(np.exp(-guessing_loss))
    mask = run.train_mask
    if mask is None or mask.all() or not isinstance(run.task, ModularTask):
        return guessed
    trained, answers = mask.numpy(), run.task.table()
    mirrored = float((trained.T & (answers == answers.T))[~trained].mean())
    return mirrored + (1 - mirrored) * guessed
