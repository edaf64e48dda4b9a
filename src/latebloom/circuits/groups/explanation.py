"""The numbers that `latebloom explain` gives for a model that composes the elements of a group."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor

from latebloom._config import Config
from latebloom._text import Shown
from latebloom.circuits.groups.energy import NeuronIrreps
from latebloom.circuits.groups.irreps import Irrep
from latebloom.circuits.groups.rivals import Rivals, rivals
from latebloom.circuits.groups.views import (
    KEY_SIMILARITY,
    embedding_shares,
    group_task,
    irreps,
    logits,
    neuron_representations,
    own_keys,
    similarities,
    train_pairs,
)
from latebloom.circuits.modular.answers import DOES_TASK
from latebloom.circuits.modular.explanation import Losses, assumed_row, mean_losses
from latebloom.circuits.modular.plain_forward import check_finite
from latebloom.circuits.modular.unknown import InOrder, explain_in_order
from latebloom.circuits.modular.views import grid
from latebloom.measures import Snapshot
from latebloom.tasks.groups import group_name

__all__ = ["KEY_SIMILARITY", "GroupExplanation", "explain_group"]


class IrrepFigures(Config):
    """One irreducible representation over the real numbers, and the cosine of the logits with its character."""

    dimension: int
    type: str
    character_similarity: float | None
    key: bool


class IrrepLosses(Losses):
    """Losses with, or without, the key representations together, and one of them at a time over all pairs."""

    by_irrep: dict[str, float] = Field(default_factory=dict)


class EmbeddingIrreps(Config):
    """The share of the embedding's energy in each representation, its mean apart; None where it does not vary."""

    fraction: dict[str, float | None]


class NeuronFigures(Config):
    """Neurons by representation, as `NeuronIrreps` defines them."""

    live: int
    clustered_fraction: float | None
    clusters: dict[str, int]
    of_a: dict[str, float]
    of_b: dict[str, float]
    of_ab: dict[str, float]


class TrialFigures(Config):
    """What an explanation of the neurons keeps, as `Trial` defines it."""

    name: str
    functions: float
    accuracy: float
    loss: float
    control_accuracy: float
    control_loss: float


class CosetFigures(Config):
    """The explanation by cosets beside that by representations, as `Rivals` defines it."""

    live: int
    subgroups: dict[int, int]
    one_subgroup: float | None
    larger_than_chance: float | None
    trials: list[TrialFigures]
    decides: str | None
    reason: str | None = None


class GroupExplanation(Shown, Config):
    """The numbers of `latebloom explain --json` for group composition, over all pairs unless named train or test.

    group: its usual name, None for a group that has none here. cyclic, element_orders (how many elements have each
    order): invariants. does_task: whether accuracy is at least one half. irreps: the trivial one first.
    irrep_names: of the representations in ``irreps``, by which the rest refers to them. fve_characters: share of the
    logits' variance that the key characters explain. restricted_loss, excluded_loss: with only, and without, the key
    representations. lookup_excess: how many times the share of a representation in the squared similarities is what it
    is in a table of looked-up answers, in which every representation has its part; 1 throughout where a model has only
    memorised. embedding: of the first operand. neurons: of the last layer, None without any. cosets: None without
    neurons, or with a norm after them. in_order: of a cyclic group, the explanation as addition.
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
    restricted_loss: IrrepLosses
    excluded_loss: IrrepLosses
    sum_squared_weights: float
    irrep_names: list[str] = Field(default_factory=list)
    lookup_excess: dict[str, float | None] = Field(default_factory=dict)
    embedding: EmbeddingIrreps = EmbeddingIrreps(fraction={})
    neurons: NeuronFigures | None = None
    cosets: CosetFigures | None = None
    in_order: InOrder | None = None

    def rows(self) -> list[tuple[str, str]]:
        """The explanation as (quantity, value) pairs, for printing."""
        fails = f"no: it answers {self.accuracy:.2%} of all pairs correctly, fewer than half"
        kind = "cyclic" if self.cyclic else "abelian" if self.abelian else "not abelian"
        orders = ", ".join(f"{count} of order {order}" for order, count in self.element_orders.items())
        named = zip(self.irrep_names, self.irreps, strict=True)
        keys = ", ".join(f"{name} ({one.type}): {one.character_similarity:.3f}" for name, one in named if one.key)
        return [
            *([] if self.does_task else [("does the task", fails)]),
            *assumed_row(self.assumed),
            ("task", f"{self.task}: {self.group or 'a group without a usual name'}, {self.order} elements, {kind}"),
            ("elements", orders),
            ("accuracy, all pairs", f"{self.accuracy:.6g}"),
            ("loss (all / train / test)", _of_sets(self.loss)),
            ("key representations: similarity", keys or "none"),
            ("times the share in a lookup", _listed(self.lookup_excess)),
            ("variance explained by characters", _number(self.fve_characters)),
            ("restricted loss (all / train / test)", _of_sets(self.restricted_loss)),
            ("excluded loss (all / train / test)", _of_sets(self.excluded_loss)),
            ("excluded loss, one at a time", _listed(self.excluded_loss.by_irrep)),
            ("embedding by representation", _listed(self.embedding.fraction)),
            *self._neuron_rows(),
            *self._coset_rows(),
            ("sum of squared weights", _number(self.sum_squared_weights)),
            *([] if self.in_order is None else self.in_order.rows()),
        ]

    def _neuron_rows(self) -> list[tuple[str, str]]:
        if self.neurons is None:
            return []
        clusters = ", ".join(f"{name}: {size}" for name, size in self.neurons.clusters.items()) or "none"
        return [
            ("neurons live", str(self.neurons.live)),
            ("neurons in clusters", f"{_number(self.neurons.clustered_fraction)}  ({clusters})"),
            ("neurons' variance in ρ(a)", _listed(self.neurons.of_a)),
            ("neurons' variance in ρ(b)", _listed(self.neurons.of_b)),
            ("neurons' variance in ρ(ab)", _listed(self.neurons.of_ab)),
        ]

    def _coset_rows(self) -> list[tuple[str, str]]:
        if self.cosets is None:
            return []
        found = self.cosets
        orders = ", ".join(f"{order}: {count}" for order, count in found.subgroups.items()) or "none"
        trials = [
            (
                f"neurons as {one.name} allow",
                f"accuracy {one.accuracy:.4g}, loss {one.loss:.3g} with {one.functions:.1f} functions "
                f"(relabelled: {one.control_accuracy:.3g}, {one.control_loss:.3g})",
            )
            for one in found.trials
        ]
        return [
            ("neurons by order of subgroup", orders),
            ("subgroups larger than by chance", f"{_number(found.larger_than_chance)}  (chance 0.5)"),
            *trials,
            ("representations or cosets", found.decides or f"undecided: {found.reason}"),
        ]


LEAST_SHOWN = 0.005
"""The text lists no share of a representation below this."""


def _listed(values: Mapping[str, float | None]) -> str:
    """The larger of some numbers by representation."""
    shown = [f"{name}: {value:.3g}" for name, value in values.items() if value is not None and value > LEAST_SHOWN]
    return ", ".join(shown) or "none"


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.4g}"


def _of_sets(losses: Losses) -> str:
    return " / ".join(map(_number, (losses.all, losses.train, losses.test)))


@torch.no_grad()
def explain_group(snapshot: Snapshot) -> GroupExplanation:
    """The explanation of a model on a group's table, in float64 (the trials of its neurons in the model's precision).

    Errors: UsageError where the logits overflow.
    """
    exact = snapshot.exact
    task, whole = group_task(exact), exact.get(grid)
    check_finite(whole.outputs)
    group, accuracy = task.group, whole.accuracy()
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
        loss=mean_losses(whole.universe_losses, exact.get(train_pairs)),
        **_logit_figures(exact),
        sum_squared_weights=snapshot.sum_squared_weights,
        lookup_excess=_lookup_excess(exact),
        irrep_names=[one.name for one in exact.get(irreps)],
        embedding=EmbeddingIrreps(fraction=_by_name(exact, exact.get(embedding_shares))),
        neurons=_neuron_figures(exact),
        cosets=_coset_figures(rivals(snapshot)),
        in_order=None if task.cyclic_form is None else explain_in_order(snapshot, task, _source(snapshot)),
    )


def _source(snapshot: Snapshot) -> str:
    """How the order of a cyclic group's elements is known."""
    return "found from the table of the task" if snapshot.answers is None else "found from its answers"


def _logit_figures(snapshot: Snapshot) -> dict[str, Any]:
    keys, found, trained = snapshot.get(own_keys), snapshot.get(logits), snapshot.get(train_pairs)

    def losses(of: Callable[[list[Irrep]], Float[Tensor, " pair"]]) -> IrrepLosses:
        if not keys:
            return IrrepLosses(all=None)
        together = mean_losses(of(keys), trained)
        return IrrepLosses(**dict(together), by_irrep={one.name: float(of([one]).mean()) for one in keys})

    return {
        "irreps": [
            IrrepFigures(dimension=one.dimension, type=one.type, character_similarity=s, key=one in keys)
            for one, s in zip(snapshot.get(irreps), snapshot.get(similarities), strict=True)
        ],
        "key_dimensions": sorted({one.dimension for one in keys}),
        "fve_characters": found.fve(keys),
        "restricted_loss": losses(found.restricted),
        "excluded_loss": losses(found.excluded),
    }


def _lookup_excess(snapshot: Snapshot) -> dict[str, float | None]:
    """By name. One-hot logits of the right answers are Σ d χ / n, whose squared similarities are rank / (n - 1)."""
    squares = [(s or 0.0) ** 2 for s in snapshot.get(similarities)]
    total, found = sum(squares), snapshot.get(irreps)
    others = sum(one.rank for one in found[1:])
    return {
        one.name: square / total * others / one.rank if total > 0 else None
        for one, square in zip(found[1:], squares[1:], strict=True)
    }


def _by_name(snapshot: Snapshot, values: Float[Tensor, " irrep"] | None) -> dict[str, Any]:
    """Numbers of the representations but the trivial one, by name."""
    names = [one.name for one in snapshot.get(irreps)]
    return {name: None if values is None else float(values[i]) for i, name in enumerate(names) if i}


def _neuron_figures(snapshot: Snapshot) -> NeuronFigures | None:
    found: NeuronIrreps | None = snapshot.get(neuron_representations)
    if found is None:
        return None
    sizes = {one.name: found.size(i) for i, one in enumerate(snapshot.get(irreps))}
    return NeuronFigures(
        live=int(found.live.sum()),
        clustered_fraction=found.clustered_fraction,
        clusters={name: size for name, size in sizes.items() if size},
        of_a=_by_name(snapshot, found.of_a),
        of_b=_by_name(snapshot, found.of_b),
        of_ab=_by_name(snapshot, found.of_ab),
    )


def _coset_figures(found: Rivals | None) -> CosetFigures | None:
    if found is None:
        return None
    fields = {name: getattr(found, name) for name in CosetFigures.model_fields if name != "trials"}
    return CosetFigures(**fields, trials=[TrialFigures(**dataclasses.asdict(one)) for one in found.trials])
