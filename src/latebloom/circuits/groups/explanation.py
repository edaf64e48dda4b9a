"""The numbers that `latebloom explain` gives for a model that composes the elements of a group."""

from collections import Counter
from typing import Any

import torch
from jaxtyping import Bool
from pydantic import Field
from torch import Tensor

from latebloom._config import Config
from latebloom._text import html_table
from latebloom.circuits.groups.irreps import real_irreps
from latebloom.circuits.groups.projections import GroupLogits
from latebloom.circuits.modular.answers import DOES_TASK
from latebloom.circuits.modular.explanation import Losses, assumed_row, mean_losses
from latebloom.circuits.modular.plain_forward import check_finite
from latebloom.circuits.modular.unknown import InOrder, explain_in_order
from latebloom.circuits.modular.views import grid, trained_rows
from latebloom.measures import Snapshot
from latebloom.tasks import GroupComposition
from latebloom.tasks.groups import Group, group_name

KEY_SIMILARITY = 0.005
"""A representation is key if its character's similarity exceeds this. Source: Chughtai et al. 2023."""


class IrrepFigures(Config):
    """One irreducible representation over the real numbers, and the cosine of the logits with its character."""

    dimension: int
    type: str
    character_similarity: float | None
    key: bool


class GroupExplanation(Config):
    """The numbers of `latebloom explain --json` for group composition, over all pairs unless named train or test.

    group: its usual name, None for a group that has none here. cyclic, element_orders (how many elements have each
    order): invariants. does_task: whether accuracy is at least one half. irreps: the trivial one first.
    fve_characters: share of the logits' variance that the key characters explain. restricted_loss, excluded_loss: with
    only, and without, the key representations. in_order: of a cyclic group, the explanation as addition.
    """

    task: str
    order: int
    group: str | None
    abelian: bool
    cyclic: bool
    element_orders: dict[int, int]
    does_task: bool
    assumed: dict[str, Any] = Field(default_factory=dict)
    agreement: dict[str, float] = Field(default_factory=dict)
    accuracy: float
    loss: Losses
    irreps: list[IrrepFigures]
    key_dimensions: list[int]
    fve_characters: float | None
    restricted_loss: Losses
    excluded_loss: Losses
    sum_squared_weights: float
    in_order: InOrder | None = None

    def rows(self) -> list[tuple[str, str]]:
        """The explanation as (quantity, value) pairs, for printing."""
        fails = f"no: it answers {self.accuracy:.2%} of all pairs correctly, fewer than half"
        kind = "cyclic" if self.cyclic else "abelian" if self.abelian else "not abelian"
        orders = ", ".join(f"{count} of order {order}" for order, count in self.element_orders.items())
        shown = [one for one in self.irreps if one.key]
        keys = ", ".join(f"{one.dimension} ({one.type}): {one.character_similarity:.3f}" for one in shown) or "none"
        return [
            *([] if self.does_task else [("does the task", fails)]),
            *assumed_row(self.assumed),
            ("task", f"{self.task}: {self.group or 'a group without a usual name'}, {self.order} elements, {kind}"),
            ("elements", orders),
            ("accuracy, all pairs", f"{self.accuracy:.6g}"),
            ("loss (all / train / test)", _of_sets(self.loss)),
            ("key representations: similarity", keys),
            ("variance explained by characters", _number(self.fve_characters)),
            ("restricted loss (all / train / test)", _of_sets(self.restricted_loss)),
            ("excluded loss (all / train / test)", _of_sets(self.excluded_loss)),
            ("sum of squared weights", _number(self.sum_squared_weights)),
            *([] if self.in_order is None else self.in_order.rows()),
        ]

    def _repr_html_(self) -> str:
        return html_table(self.rows())


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.4g}"


def _of_sets(losses: Losses) -> str:
    return " / ".join(map(_number, (losses.all, losses.train, losses.test)))


@torch.no_grad()
def explain_group(snapshot: Snapshot) -> GroupExplanation:
    """The explanation of a model on a group's table, in float64. Errors: UsageError where the logits overflow."""
    task, whole = snapshot.task_as(GroupComposition), snapshot.exact.get(grid)
    check_finite(whole.outputs)
    logits, group = GroupLogits.of_outputs(task, whole.outputs), task.group
    accuracy, trained = whole.accuracy(), snapshot.exact.get(trained_rows)
    return GroupExplanation(
        task=task.name,
        order=group.order,
        group=group_name(group),
        abelian=group.abelian,
        cyclic=group.cycle is not None,
        element_orders=dict(sorted(Counter(group.orders.tolist()).items())),
        does_task=accuracy >= DOES_TASK,
        assumed=dict(snapshot.assumed),
        agreement={} if snapshot.answers is None else dict(snapshot.answers.agreement),
        accuracy=accuracy,
        loss=mean_losses(whole.universe_losses, trained),
        **_representations(group, logits, trained),
        sum_squared_weights=snapshot.sum_squared_weights,
        in_order=None if task.cyclic_form is None else explain_in_order(snapshot, task, _source(snapshot)),
    )


def _source(snapshot: Snapshot) -> str:
    """How the order of a cyclic group's elements is known."""
    return "found from the table of the task" if snapshot.answers is None else "found from its answers"


def _representations(group: Group, logits: GroupLogits, trained: Bool[Tensor, " pair"] | None) -> dict[str, Any]:
    irreps = real_irreps(group)
    similarities = [logits.similarity(one) for one in irreps]
    keys = [one for one, s in zip(irreps, similarities, strict=True) if s is not None and s > KEY_SIMILARITY]
    return {
        "irreps": [
            IrrepFigures(dimension=one.dimension, type=one.type, character_similarity=s, key=one in keys)
            for one, s in zip(irreps, similarities, strict=True)
        ],
        "key_dimensions": sorted({one.dimension for one in keys}),
        "fve_characters": logits.fve(keys),
        "restricted_loss": mean_losses(logits.restricted(keys), trained) if keys else Losses(all=None),
        "excluded_loss": mean_losses(logits.excluded(keys), trained) if keys else Losses(all=None),
    }
