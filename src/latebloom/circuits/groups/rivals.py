"""Two explanations of the same neurons, by representations and by cosets, and the ablation that decides between them.

Both say of which functions a neuron's pre-activation, f(a) + g(b) up to the interaction by attention, is made. By
representations (Chughtai et al. 2023): of the entries of the matrices of one representation ρ. By cosets (Stander et
al. 2024): f is constant on the cosets a∘H of a subgroup H, and g on the cosets H∘b. Both at once is what Wu et al. 2024
describe. Each is tried by replacing every neuron's pre-activation by its projection onto what the explanation allows;
the rest of the model stays as it is. An explanation that allows more keeps more, so two things are stated beside it:
how many functions it allows, and what the same projection keeps after a random relabelling of the elements. Random
functions of a representation have symmetries too, so the subgroups are compared with those of random functions.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.circuits.groups.cosets import Coset, Subgroups, largest_subgroup, symmetries
from latebloom.circuits.groups.energy import Functions, NeuronIrreps, neuron_irreps
from latebloom.circuits.groups.irreps import Irrep
from latebloom.circuits.groups.matrices import matrices
from latebloom.circuits.groups.neuron_changes import NeuronChanges, Pre
from latebloom.circuits.groups.settings import BEYOND_CHANCE, KEPT
from latebloom.circuits.groups.views import functions, group_task
from latebloom.circuits.modular.answers import DOES_TASK
from latebloom.measures import Snapshot

DRAWS = 1
"""Random relabellings beside each explanation."""


MOST_RANDOM = 128
"""Random functions whose subgroups are looked for, as an even selection of the neurons has them."""

CONSTANT = 0.95
"""A neuron counts as constant on cosets if that explains this share of its dependence on the operand. Arbitrary."""


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


Cosets = tuple[list[Coset], list[Coset]]
"""The subgroup of each neuron by its dependence on a, and by that on b."""


@dataclass(frozen=True, eq=False)
class NeuronSubgroups:
    """The last layer's neurons of a model, and the subgroups on whose cosets their pre-activations are constant."""

    changes: NeuronChanges
    subgroups: Subgroups
    cosets: Cosets


@torch.no_grad()
def neuron_subgroups(snapshot: Snapshot) -> NeuronSubgroups | None:
    """The subgroup of each neuron; None where `NeuronChanges` has no neurons."""
    changes = NeuronChanges.of(snapshot)
    if changes is None:
        return None
    subgroups = Subgroups(group_task(snapshot).group)
    return NeuronSubgroups(changes, subgroups, _neuron_cosets(subgroups, changes.pre))


@torch.no_grad()
def rivals(snapshot: Snapshot) -> Rivals | None:
    """Both explanations of a model's last layer of neurons; None where `NeuronChanges` has none."""
    neurons: NeuronSubgroups | None = snapshot.get(neuron_subgroups)
    if neurons is None:
        return None
    changes, subgroups, cosets = neurons.changes, neurons.subgroups, neurons.cosets
    allowed = snapshot.get(functions)
    found = neuron_irreps(allowed, changes.pre, changes.logits.products)
    live = found.live.nonzero().flatten().tolist()
    own = changes.score(changes.pre)[0]
    if not live:
        return Rivals(own, 0, {}, None, None, (), None, "no neuron varies")
    some = live[:: math.ceil(len(live) / MOST_RANDOM)]
    chance = _random_orders(subgroups, allowed.irreps, [int(found.best[i]) for i in some])
    larger = _larger([cosets[0][i].order for i in live], chance)
    trials = _trials(changes, allowed, found, cosets, live)
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
    # Rounded, so that "cosets" comes first where the representation allows no less.
    return min(keep.values(), key=lambda one: round(one.functions, 6)).name if keep else "neither"


def _keeps(trial: Trial, accuracy: float) -> bool:
    """Whether it keeps the answers, and more of them than an explanation of the same size by chance."""
    return trial.accuracy >= KEPT * accuracy and trial.accuracy > trial.control_accuracy


def _neuron_cosets(subgroups: Subgroups, pre: Pre) -> Cosets:
    exact, table = pre.double(), subgroups.group.table
    of_a = symmetries(table, exact.mean(1).numpy(), right=False)
    of_b = symmetries(table, exact.mean(0).numpy(), right=True)
    find = partial(largest_subgroup, subgroups, least=CONSTANT)
    return [find(column) for column in of_a.T], [find(column) for column in of_b.T]


def _random_orders(subgroups: Subgroups, irreps: Sequence[Irrep], numbers: Sequence[int]) -> list[int]:
    """The orders of the subgroups of random functions uᵀρ(a)v, one for each number of a representation."""
    group, rng = subgroups.group, np.random.default_rng(0)
    by_number = {i: matrices(group, irreps[i]) for i in set(numbers)}
    columns = np.stack([_random_entry(by_number[i], rng) for i in numbers], 1)
    correlation = symmetries(group.table, columns, right=False)
    return [largest_subgroup(subgroups, column, CONSTANT).order for column in correlation.T]


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
    by_irreps, by_cosets = _of_irreps(functions, found), _of_cosets(*cosets)
    ranks = [float(functions.irreps[int(found.best[i])].rank) for i in live]
    indices = [(cosets[0][i].index + cosets[1][i].index) / 2 - 1 for i in live]
    common = [_common(functions, int(found.best[i]), (cosets[0][i], cosets[1][i])) for i in live]
    return (
        _trial(changes, "irreps", ranks, by_irreps),
        _trial(changes, "cosets", indices, by_cosets),
        _trial(changes, "both", common, by_irreps, by_cosets),
    )


def _common(functions: Functions, number: int, pair: tuple[Coset, Coset]) -> float:
    """The mean dimension of the functions that are in a representation and constant on the cosets: the trace of the
    product of both projections, which is n times the mean of the idempotent over the subgroup."""
    idempotent = functions.irreps[number].idempotent
    return float(np.mean([len(idempotent) * idempotent[one.members].mean() for one in pair]))


@dataclass(frozen=True, eq=False)
class _Allowed:
    """What an explanation allows some neurons: functions of a, and functions of b, each an orthonormal basis."""

    neurons: list[int]
    of_a: Float[Tensor, "n i"]
    of_b: Float[Tensor, "n j"]

    def project(self, pre: Pre, order: Int[Tensor, " n"]) -> Float[Tensor, "a b member"]:
        """The projection of these neurons, with the elements relabelled."""
        left, right = self.of_a[order].to(pre), self.of_b[order].to(pre)
        inner = torch.einsum("ai,abm,bj->ijm", left, pre[..., self.neurons], right)
        return torch.einsum("ai,ijm,bj->abm", left, inner, right)


def _trial(changes: NeuronChanges, name: str, sizes: Sequence[float], *explanations: Sequence[_Allowed]) -> Trial:
    """The scores of projections made in turn, and of the same ones with the elements relabelled at random."""

    def score(order: Int[Tensor, " n"]) -> tuple[float, float]:
        pre = changes.pre
        for allowed in explanations:
            changed = pre.clone()
            for one in allowed:
                changed[..., one.neurons] = one.project(pre, order)
            pre = changed
        return changes.score(pre)

    n = len(changes.pre)
    accuracy, loss = score(torch.arange(n))
    controls = [score(torch.randperm(n, generator=torch.Generator().manual_seed(seed))) for seed in range(DRAWS)]
    of_control = np.mean(controls, axis=0)
    return Trial(name, float(np.mean(sizes)), accuracy, loss, float(of_control[0]), float(of_control[1]))


def _of_irreps(functions: Functions, found: NeuronIrreps) -> list[_Allowed]:
    """For each live neuron, the constant and the functions of its best representation."""
    allowed = []
    for number in found.best[found.live].unique().tolist():
        basis = torch.cat([functions.of(0), functions.of(number)], 1)
        neurons = (found.live & (found.best == number)).nonzero().flatten().tolist()
        allowed.append(_Allowed(neurons, basis, basis))
    return allowed


def _of_cosets(first: Sequence[Coset], second: Sequence[Coset]) -> list[_Allowed]:
    """For each neuron, the functions that are constant on the cosets a∘H and H'∘b of its two subgroups."""
    members: dict[tuple[bytes, bytes], list[int]] = {}
    kinds = {one.members.tobytes(): one for one in (*first, *second)}
    for neuron, (a, b) in enumerate(zip(first, second, strict=True)):
        members.setdefault((a.members.tobytes(), b.members.tobytes()), []).append(neuron)
    return [
        _Allowed(neurons, _indicators(kinds[a].left), _indicators(kinds[b].right))
        for (a, b), neurons in members.items()
    ]


def _indicators(label: Int[np.ndarray, " n"]) -> Float[Tensor, "n coset"]:
    """One column for each coset, with unit norm."""
    of_coset = np.unique(label, return_inverse=True)[1]
    columns = torch.nn.functional.one_hot(torch.from_numpy(of_coset)).double()
    return columns / columns.sum(0).sqrt()
