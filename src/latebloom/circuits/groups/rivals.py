"""Two explanations of the same neurons, by representations and by cosets, and the ablation that decides between them.

Both say of which functions a neuron's pre-activation, f(a) + g(b) up to the interaction by attention, is made. By
representations (Chughtai et al. 2023): of the entries of the matrices of one representation ρ. By cosets (Stander et
al. 2024): f is constant on the cosets a∘H of a subgroup H, and g on the cosets H∘b. Both at once is what Wu et al. 2024
describe. Each is tried by replacing every neuron's pre-activation by its projection onto what the explanation allows;
the rest of the model stays as it is. An explanation that allows more keeps more, so two things are stated beside it: how
many functions it allows, and what the same projection keeps after a random relabelling of the elements. Random functions
of a representation have symmetries too, so the subgroups are compared with those of random functions.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.circuits.groups.cosets import Coset, Subgroups, largest_subgroup, symmetries
from latebloom.circuits.groups.energy import Functions, NeuronIrreps, neuron_irreps
from latebloom.circuits.groups.matrices import matrices
from latebloom.circuits.groups.neuron_changes import NeuronChanges, Pre
from latebloom.circuits.groups.views import group_task, irreps
from latebloom.circuits.modular.answers import DOES_TASK
from latebloom.circuits.modular.neurons import FVE_THRESHOLD
from latebloom.measures import Snapshot
from latebloom.tasks.groups import Group

DRAWS = 2
"""Random relabellings beside each explanation."""

KEPT = 0.95
"""An explanation keeps the model's answers if accuracy stays over this share of its own. Arbitrary."""

BEYOND_CHANCE = 0.75
"""Subgroups count as more than those of random functions from this probability of being larger on. Arbitrary."""

Projection = Callable[[Pre], Pre]


@dataclass(frozen=True)
class Trial:
    """What is left of a model whose neurons are as an explanation says.

    functions: the mean number of functions of one operand, constant apart, that the explanation allows a live neuron.
    accuracy, loss (nats): over all pairs. control_accuracy, control_loss: means over random relabellings.
    """

    name: str
    functions: float
    accuracy: float
    loss: float
    control_accuracy: float
    control_loss: float


@dataclass(frozen=True)
class Rivals:
    """Both explanations of one model, and both together.

    accuracy: the model's own. live: neurons that vary. subgroups: live neurons by the order of the subgroup on whose
    cosets their dependence on a is constant; 1: none was found. one_subgroup: the share of the live neurons with a
    subgroup in which it is the same for b. larger_than_chance: the probability that a live neuron's subgroup is larger
    than that of a random function of its representation (a half of it where they are equal): ½ by chance. decides:
    "irreps", "cosets", "both" or "neither": of those that keep the answers, that with the fewest functions, where
    cosets count only beyond chance; None with a reason.
    """

    accuracy: float
    live: int
    subgroups: dict[int, int]
    one_subgroup: float | None
    larger_than_chance: float | None
    trials: tuple[Trial, ...]
    decides: str | None
    reason: str | None = None


@torch.no_grad()
def rivals(snapshot: Snapshot) -> Rivals | None:
    """Both explanations of a model's last layer of neurons; None where `NeuronChanges` has none."""
    changes = NeuronChanges.of(snapshot)
    if changes is None:
        return None
    group = group_task(snapshot).group
    functions, subgroups = Functions.of_group(group, snapshot.get(irreps)), Subgroups(group)
    found = neuron_irreps(functions, changes.pre, changes.logits.products)
    cosets = _neuron_cosets(subgroups, changes.pre)
    live = found.live.nonzero().flatten().tolist()
    own = changes.score(changes.pre)[0]
    if not live:
        return Rivals(own, 0, {}, None, None, (), None, "no neuron varies")
    chance = _random_orders(subgroups, functions.irreps, [int(found.best[i]) for i in live])
    larger = _larger([cosets[0][i].order for i in live], chance)
    trials = _trials(changes, functions, found, cosets, live)
    pairs = [(cosets[0][i], cosets[1][i]) for i in live if cosets[0][i].order > 1]
    return Rivals(
        accuracy=own,
        live=len(live),
        subgroups=dict(sorted(Counter(cosets[0][i].order for i in live).items())),
        one_subgroup=sum(a is b for a, b in pairs) / len(pairs) if pairs else None,
        larger_than_chance=larger,
        trials=trials,
        decides=_decide(trials, own, larger) if own >= DOES_TASK else None,
        reason=None if own >= DOES_TASK else "the model does not do the task",
    )


def _decide(trials: Sequence[Trial], accuracy: float, larger: float) -> str:
    """The explanation that keeps the answers with the fewest functions; "both" where the two are the same."""
    irreps, cosets, both = trials
    keep = {one.name: one for one in trials if _keeps(one, accuracy)}
    if {"irreps", "cosets"} <= keep.keys() and irreps.functions == cosets.functions == both.functions:
        return "both"
    if larger < BEYOND_CHANCE:
        keep = {name: one for name, one in keep.items() if name == "irreps"}
    return min(keep.values(), key=lambda one: one.functions).name if keep else "neither"


def _keeps(trial: Trial, accuracy: float) -> bool:
    """Whether it keeps the answers, and more of them than an explanation of the same size by chance."""
    return trial.accuracy >= KEPT * accuracy and trial.accuracy > trial.control_accuracy


Cosets = tuple[list[Coset], list[Coset]]


def _neuron_cosets(subgroups: Subgroups, pre: Pre) -> Cosets:
    """The subgroup of each neuron by its dependence on a, and by that on b."""
    exact, table = pre.double(), subgroups.group.table
    of_a = symmetries(table, exact.mean(1).numpy(), right=False)
    of_b = symmetries(table, exact.mean(0).numpy(), right=True)
    find = partial(largest_subgroup, subgroups, least=FVE_THRESHOLD)
    return [find(column) for column in of_a.T], [find(column) for column in of_b.T]


def _random_orders(subgroups: Subgroups, irreps: Sequence, numbers: Sequence[int]) -> list[int]:
    """The orders of the subgroups of random functions uᵀρ(a)v, one for each number of a representation."""
    group, rng = subgroups.group, np.random.default_rng(0)
    by_number = {i: matrices(group, irreps[i]) for i in set(numbers)}
    columns = np.stack([_random_entry(by_number[i], rng) for i in numbers], 1)
    correlation = symmetries(group.table, columns, right=False)
    return [largest_subgroup(subgroups, column, FVE_THRESHOLD).order for column in correlation.T]


def _random_entry(rho: Float[np.ndarray, "n d d"], rng: np.random.Generator) -> Float[np.ndarray, " n"]:
    u, v = rng.normal(size=(2, rho.shape[1]))
    values: Float[np.ndarray, " n"] = (rho @ v) @ u
    return values


def _larger(orders: Sequence[int], chance: Sequence[int]) -> float:
    """The probability that one of the first is larger than one of the second, half of it where they are equal."""
    a, b = np.array(orders)[:, None], np.array(chance)
    return float(((a > b) + 0.5 * (a == b)).mean())


def _trials(
    changes: NeuronChanges, functions: Functions, found: NeuronIrreps, cosets: Cosets, live: list[int]
) -> tuple[Trial, ...]:
    by_irreps, by_cosets = _onto_irreps(functions, found), _onto_cosets(*cosets)
    ranks = [functions.irreps[int(found.best[i])].rank for i in live]
    indices = [(cosets[0][i].index + cosets[1][i].index) / 2 - 1 for i in live]
    common = [_common(functions, int(found.best[i]), (cosets[0][i], cosets[1][i])) for i in live]
    return (
        _trial(changes, "irreps", ranks, by_irreps),
        _trial(changes, "cosets", indices, by_cosets),
        _trial(changes, "both", common, lambda pre: by_cosets(by_irreps(pre))),
    )


def _common(functions: Functions, number: int, pair: tuple[Coset, Coset]) -> float:
    """The mean dimension of the functions that are in a representation and constant on the cosets: the trace of the
    product of both projections, which is n times the mean of the idempotent over the subgroup."""
    idempotent = functions.irreps[number].idempotent
    return float(np.mean([len(idempotent) * idempotent[one.members].mean() for one in pair]))


def _trial(changes: NeuronChanges, name: str, sizes: Sequence[float], project: Projection) -> Trial:
    """The scores of a projection, and of the same one after random relabellings of the elements."""
    accuracy, loss = changes.score(project(changes.pre))
    controls = [changes.score(_relabelled(changes.pre, project, seed)) for seed in range(DRAWS)]
    of_control = np.mean(controls, axis=0)
    return Trial(name, float(np.mean(sizes)), accuracy, loss, float(of_control[0]), float(of_control[1]))


def _relabelled(pre: Pre, project: Projection, seed: int) -> Pre:
    order = torch.randperm(len(pre), generator=torch.Generator().manual_seed(seed))
    back = order.argsort()
    return project(pre[order][:, order])[back][:, back]


def _onto_irreps(functions: Functions, found: NeuronIrreps) -> Projection:
    """The projection of each live neuron onto {1, ρ(a)} × {1, ρ(b)} of its best representation."""

    def project(pre: Pre) -> Pre:
        result = pre.clone()
        for number in found.best[found.live].unique().tolist():
            neurons = (found.live & (found.best == number)).nonzero().flatten()
            basis = torch.cat([functions.of(0), functions.of(number)], 1).to(pre)
            inner = torch.einsum("ai,abm,bj->ijm", basis, pre[..., neurons], basis)
            result[..., neurons] = torch.einsum("ai,ijm,bj->abm", basis, inner, basis)
        return result

    return project


def _onto_cosets(first: Sequence[Coset], second: Sequence[Coset]) -> Projection:
    """The mean of each neuron over the pairs of cosets a∘H and H'∘b of its two subgroups."""
    members: dict[tuple[bytes, bytes], list[int]] = {}
    kinds = {one.members.tobytes(): one for one in (*first, *second)}
    for neuron, (a, b) in enumerate(zip(first, second, strict=True)):
        members.setdefault((a.members.tobytes(), b.members.tobytes()), []).append(neuron)

    def project(pre: Pre) -> Pre:
        result = pre.clone()
        for (a, b), neurons in members.items():
            over_a = _averaged(pre[..., neurons], kinds[a].left, kinds[a].order)
            over_b = _averaged(over_a.transpose(0, 1), kinds[b].right, kinds[b].order)
            result[..., neurons] = over_b.transpose(0, 1)
        return result

    return project


def _averaged(
    values: Float[Tensor, "n other neuron"], label: Int[np.ndarray, " n"], order: int
) -> Float[Tensor, "n other neuron"]:
    """Each entry replaced by the mean over its coset."""
    where = torch.from_numpy(label)
    return (torch.zeros_like(values).index_add_(0, where, values) / order)[where]
