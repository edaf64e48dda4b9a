"""The losses of the components of a run, and the phase change of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from latebloom._errors import UsageError
from latebloom.phases import Series
from latebloom.phases.components import ComponentChanges, find_component_changes
from latebloom.tasks.guessing import guessing_losses

if TYPE_CHECKING:
    from latebloom.runs.run import Run


@dataclass(frozen=True, eq=False)
class ComponentLosses:
    """Losses in nats of the parts and of the whole (``kind`` is test where the run has such a set, else train).

    chance: the loss of guessing of every component of the task, see `guessing_losses`.
    """

    kind: str
    parts: dict[str, Series]
    total: Series
    chance: dict[str, float]
    changes: ComponentChanges

    @property
    def explained(self) -> float | None:
        """Share of the whole loss's fall, from guessing to its last value, that the parts' phase changes make up; None
        where it does not fall below guessing. (The fall from the first loss to guessing is not learning.)"""
        guessing = float(np.mean(list(self.chance.values())))
        first, last = float(self.total.value[0]), float(self.total.value[-1])
        if self.changes.explained is None or not last < min(first, guessing):
            return None
        return self.changes.explained * (first - last) / (guessing - last)


def component_losses(run: Run) -> ComponentLosses:
    """From the metrics logged during training.

    Errors: UsageError for a task with one component, or if no losses are logged yet.
    """
    task = run.task
    if len(task.components) < 2:
        raise UsageError(f"{run.path}: {task.name} is a task with one component, expected a task with several")
    columns = run.metrics.column_names
    kind = "test" if "test_loss" in columns else "train"
    chance = guessing_losses(task)
    named = {name: f"{kind}_loss.{name}" for name, nats in chance.items() if nats > 0}
    parts = {name: run.series(column) for name, column in named.items() if column in columns}
    parts = {name: series for name, series in parts.items() if len(series)}
    if not parts:
        raise UsageError(f"{run.path} has no {kind}_loss of its components yet; train it further")
    total = run.series(f"{kind}_loss")
    changes = find_component_changes(parts, total, {name: chance[name] for name in parts})
    return ComponentLosses(kind, parts, total, chance, changes)
