"""Views of one model of a group's task that several analyses share. `Snapshot.get` computes each of them once."""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.circuits.groups.basis import RULE
from latebloom.circuits.groups.energy import Functions, NeuronIrreps, neuron_irreps
from latebloom.circuits.groups.irreps import Irrep, real_irreps
from latebloom.circuits.groups.projections import GroupLogits
from latebloom.circuits.modular.views import grid, trained_rows
from latebloom.measures import Basis, Snapshot
from latebloom.tasks import GroupComposition

KEY_SIMILARITY = 0.005
"""A representation is key if its character's similarity exceeds this. Source: Chughtai et al. 2023."""


def group_task(snapshot: Snapshot) -> GroupComposition:
    """The task. Errors: UsageError for another one."""
    return snapshot.task_as(GroupComposition)


def logits(snapshot: Snapshot) -> GroupLogits:
    """The logits of all pairs, in float64."""
    return GroupLogits.of_outputs(group_task(snapshot), snapshot.get(grid).outputs)


def irreps(snapshot: Snapshot) -> list[Irrep]:
    """The real irreducible representations of the group, the trivial one first."""
    return real_irreps(group_task(snapshot).group)


def similarities(snapshot: Snapshot) -> list[float | None]:
    """The similarity of each character with the logits."""
    found = snapshot.get(logits)
    return [found.similarity(one) for one in snapshot.get(irreps)]


def own_keys(snapshot: Snapshot) -> list[Irrep]:
    """The key representations of this model."""
    pairs = zip(snapshot.get(irreps), snapshot.get(similarities), strict=True)
    return [one for one, similarity in pairs if similarity is not None and similarity > KEY_SIMILARITY]


def basis(snapshot: Snapshot, rule: str | None) -> Basis:
    """The names of the key representations of this model. Errors: UsageError for another rule than `RULE`."""
    if rule not in (None, RULE):
        raise UsageError(f"--rule: got {rule}, expected {RULE}, the rule for key representations of a group")
    return {"rule": RULE, "key_irreps": [one.name for one in snapshot.exact.get(own_keys)]}


def keys(snapshot: Snapshot) -> list[Irrep]:
    """The key representations of the basis; may be empty."""
    named = snapshot.basis.get("key_irreps", ())
    return [one for one in snapshot.get(irreps) if one.name in named]


def not_key(snapshot: Snapshot) -> list[Irrep]:
    """The representations that are neither key nor trivial."""
    named = {one.name for one in snapshot.get(keys)}
    return [one for one in snapshot.get(irreps) if not one.trivial and one.name not in named]


def train_pairs(snapshot: Snapshot) -> Bool[Tensor, " pair"] | None:
    """Which pairs were trained on; None where that is unknown or not defined."""
    return snapshot.get(trained_rows)


def neurons(snapshot: Snapshot) -> Float[Tensor, "a b neuron"]:
    """The activations of the last layer's neurons, in the order of the elements' numbers."""
    whole = snapshot.get(grid)
    if whole.positions.natural:
        return whole.neurons
    by_element = torch.empty_like(whole.neurons)
    by_element[whole.positions.x[:, None], whole.positions.y] = whole.neurons
    return by_element


def embedding(snapshot: Snapshot) -> Float[Tensor, "a d_model"]:
    """The embedding of each element as the first operand."""
    whole = snapshot.get(grid)
    if whole.positions.natural:
        return whole.embedding
    by_element = torch.empty_like(whole.embedding)
    by_element[whole.positions.x] = whole.embedding
    return by_element


def w_logit(snapshot: Snapshot) -> Float[Tensor, "neuron c"]:
    """The last layer's neurons' linear map to the logits, in the order of the elements' numbers."""
    whole = snapshot.get(grid)
    if whole.positions.natural:
        return whole.w_logit[:, : group_task(snapshot).p]
    by_element = torch.empty_like(whole.w_logit)
    by_element[:, whole.positions.z] = whole.w_logit
    return by_element


def functions(snapshot: Snapshot) -> Functions:
    """The functions on the group, by representation."""
    return Functions.of_group(group_task(snapshot).group, snapshot.get(irreps))


def embedding_shares(snapshot: Snapshot) -> Float[Tensor, " irrep"] | None:
    """The share of the embedding's energy in each representation; None where it does not vary."""
    return snapshot.get(functions).shares(snapshot.get(embedding))


def neuron_representations(snapshot: Snapshot) -> NeuronIrreps | None:
    """The neurons by representation; None for a model without neurons."""
    found = snapshot.get(neurons)
    if found.shape[-1] == 0:
        return None
    return neuron_irreps(snapshot.get(functions), found, snapshot.get(logits).products)


def relabelled(snapshot: Snapshot) -> Snapshot:
    """The same model, analysed as if the elements of its group had other numbers, drawn at random: a control of the
    same size, with the same key representations, for every figure that depends on the group."""
    task = group_task(snapshot)
    order = np.random.default_rng(0).permutation(task.p)
    table = order[task.group.table[np.argsort(order)][:, np.argsort(order)]]
    entries = tuple(map(tuple, table.tolist()))
    return replace(snapshot, task=task.model_copy(update={"entries": entries}), _cache={})
