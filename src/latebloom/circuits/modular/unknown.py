"""What `latebloom explain` gives for a model that does no known operation: its distance from each, and no more."""

from dataclasses import replace
from typing import Any

import torch
from pydantic import Field

from latebloom._config import Config
from latebloom._text import Shown
from latebloom.circuits.modular.explanation import Explanation, Losses, assumed_row, explain
from latebloom.circuits.modular.order import NumberOrder, number_order
from latebloom.circuits.modular.views import basis
from latebloom.measures import Snapshot
from latebloom.tasks import ModularTask, Task


class InOrder(Config):
    """A model whose answers are a cyclic group's, explained in the order in which they are addition or subtraction.

    order: of the numbers; None where it is their own. explanation: as for a model of that operation; a factor without
    common divisor with n that all its frequencies share is arbitrary, since no answer depends on it.
    """

    order: NumberOrder | None
    explanation: Explanation

    def rows(self) -> list[tuple[str, str]]:
        """The explanation as (quantity, value) pairs, for printing."""
        how = "the order of the numbers" if self.order is None else self.order.sentence
        return [("as addition mod n", how), *self.explanation.figures()]


class UnknownExplanation(Shown, Config):
    """The numbers of `latebloom explain --json` for a model that does no known operation.

    reason: why there is no task. agreement: the share of the pairs that the model answers as each operation does, by
    name; accuracy: the largest of them. in_order: the explanation of the same model where its answers are a cyclic
    group's with its elements in another order. Everything that supposes a task is null.
    """

    task: None = None
    p: int
    does_task: bool = False
    reason: str
    agreement: dict[str, float]
    assumed: dict[str, Any] = Field(default_factory=dict)
    accuracy: float
    loss: Losses = Losses(all=None)
    key_frequencies: None = None
    embedding: None = None
    neurons: None = None
    heads: None = None
    logits: None = None
    clock_or_pizza: None = None
    restricted_loss: Losses = Losses(all=None)
    excluded_loss: None = None
    sum_squared_weights: float
    in_order: InOrder | None = None

    def rows(self) -> list[tuple[str, str]]:
        """The explanation as (quantity, value) pairs, for printing."""
        return [
            ("does the task", f"no: it {self.reason}"),
            *assumed_row(self.assumed),
            ("p", str(self.p)),
            ("sum of squared weights", f"{self.sum_squared_weights:.4g}"),
            *([] if self.in_order is None else self.in_order.rows()),
        ]


@torch.no_grad()
def explain_unknown(snapshot: Snapshot) -> UnknownExplanation:
    """The explanation of a model for which `read_operation` found no task."""
    answers, task = snapshot.answers, snapshot.task
    assert answers is not None
    assert isinstance(task, ModularTask)
    return UnknownExplanation(
        p=task.p,
        reason=answers.reason,
        agreement=dict(answers.agreement),
        assumed=dict(snapshot.assumed),
        accuracy=answers.best,
        sum_squared_weights=snapshot.sum_squared_weights,
        in_order=None if answers.in_order is None else explain_in_order(snapshot, answers.in_order, answers.order),
    )


def explain_in_order(snapshot: Snapshot, task: Task, found: str) -> InOrder:
    """The explanation of a model on a task that is a cyclic group, in the order of that group. found: how the order was
    found."""
    assert isinstance(task, ModularTask)
    known = replace(snapshot, task=task, answers=None, basis_of=lambda one: basis(one, None), _cache={})
    return InOrder(order=number_order(task, found), explanation=explain(known))
