"""The outcome of a run: its record, judged with what is known about its task and data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Int

from latebloom.phases import Outcome, Phases, Series, detect_phases, outcome_of
from latebloom.tasks import split
from latebloom.tasks.guessing import guessing_losses
from latebloom.training import Experiment


def outcome_of_experiment(experiment: Experiment, series: Mapping[str, Series]) -> Outcome:
    """The outcome of a run of ``experiment`` with this record, by the rules of `latebloom.phases.outcome`.

    Guessing is the mean of `guessing_losses` over the task's components, in nats.
    """
    return outcome_of(series, **_known(experiment))


def phases_of_experiment(experiment: Experiment, series: Mapping[str, Series]) -> Phases:
    """The boundaries and phases of a run of ``experiment`` with this record, and its outcome."""
    return detect_phases(series, **_known(experiment))


def _known(experiment: Experiment) -> dict[str, float]:
    """What the task and the data settle without any training."""
    guessing = float(np.mean(list(guessing_losses(experiment.task).values())))
    return {"guessing_loss": guessing, "memorised_accuracy": memorised_accuracy(experiment, guessing)}


def memorised_accuracy(experiment: Experiment, guessing_loss: float) -> float:
    """The test accuracy (0 to 1) of a model that memorised the train set and treats both operands alike.

    It is exp(-guessing_loss) on most examples. Where a task has two operands (`Task.swapped`) and a fixed train set, it
    is 1 on the test examples whose mirror image has the same answer and is in the train set: models learn that
    a∘b = b∘a together with the train set, well before they learn the operation.
    """
    guessed, swapped = float(np.exp(-guessing_loss)), experiment.task.swapped
    if experiment.data.kind != "finite" or swapped is None:
        return guessed
    sets = split(experiment.task, experiment.data)
    if not len(sets.test):
        return guessed
    trained = set(_rows(sets.train.tokens, sets.train.labels))
    mirrors = _rows(sets.test.tokens[:, list(swapped)], sets.test.labels)
    mirrored = float(np.mean([mirror in trained for mirror in mirrors]))
    return mirrored + (1 - mirrored) * guessed


def _rows(tokens: Int[np.ndarray, "row pos"], labels: Int[np.ndarray, "row answer"]) -> list[bytes]:
    """Each example and its answers as one value that can be looked up."""
    rows = np.ascontiguousarray(np.concatenate([tokens, labels], axis=1))
    values: list[bytes] = rows.view(f"V{rows.itemsize * rows.shape[1]}")[:, 0].tolist()
    return values
