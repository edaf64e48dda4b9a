"""The outcome of a run: its record, judged with what is known about its task and data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from latebloom.phases import Outcome, Series, outcome_of
from latebloom.tasks import ModularTask, split
from latebloom.tasks.guessing import guessing_losses
from latebloom.training import Experiment


def outcome_of_experiment(experiment: Experiment, series: Mapping[str, Series]) -> Outcome:
    """The outcome of a run of ``experiment`` with this record, by the rules of `latebloom.phases.outcome`.

    Guessing is the mean of `guessing_losses` over the task's components, in nats.
    """
    guessing = float(np.mean(list(guessing_losses(experiment.task).values())))
    return outcome_of(series, guessing_loss=guessing, memorised_accuracy=memorised_accuracy(experiment, guessing))


def memorised_accuracy(experiment: Experiment, guessing_loss: float) -> float:
    """The test accuracy (0 to 1) of a model that memorised the train set and treats both operands alike.

    It is exp(-guessing_loss) on most examples. On a modular task with a fixed train set it is 1 on the pairs (x, y)
    whose mirror image (y, x) has the same answer and is in the train set: models learn that a∘b = b∘a together with
    the train set, well before they learn the operation.
    """
    guessed = float(np.exp(-guessing_loss))
    if experiment.data.kind != "finite" or not isinstance(experiment.task, ModularTask):
        return guessed
    sets = split(experiment.task, experiment.data)
    trained = {(x, y): label for x, y, label in _pairs(sets.train.tokens, sets.train.labels)}
    test = _pairs(sets.test.tokens, sets.test.labels)
    if not test:
        return guessed
    mirrored = sum(trained.get((y, x)) == label for x, y, label in test) / len(test)
    return mirrored + (1 - mirrored) * guessed


def _pairs(tokens: np.ndarray, labels: np.ndarray) -> list[tuple[int, int, int]]:
    """Both operands and the answer of each example."""
    return list(zip(tokens[:, 0].tolist(), tokens[:, 1].tolist(), labels[:, 0].tolist()))
