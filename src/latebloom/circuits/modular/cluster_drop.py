"""Zeroing one cluster of neurons, beside random neurons of the same number, and of the same number and energy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.circuits.modular.ablation import Change, drop_cluster
from latebloom.circuits.modular.grid import Grid
from latebloom.circuits.modular.neuron_ablations import without_neurons
from latebloom.circuits.modular.neurons import NeuronClusters

if TYPE_CHECKING:
    from latebloom.circuits.modular.ablation import Random

ENERGY_TOLERANCE = 0.05
"""Share by which the energy of matched neurons may differ from that of the cluster. Arbitrary."""


def written_energy(grid: Grid) -> Float[Tensor, " d_mlp"]:
    """The energy that each neuron writes into the logits: Σ over pairs and answers of its contribution, squared.

    The neuron is centred over the pairs, and its row of W_logit over the answers, because a constant changes nothing
    there: (Σ_xy (n - n̄)²) · (Σ_z (w - w̄)²).
    """
    mean, energy = grid.neurons.mean((0, 1)), grid.w_logit.new_zeros(len(grid.w_logit))
    for row in grid.neurons:
        energy += (row - mean).square().sum(0)
    rows = grid.w_logit - grid.w_logit.mean(1, keepdim=True)
    return energy * rows.square().sum(1)


def cluster_drop(grid: Grid, clusters: NeuronClusters, k: int) -> Change:
    """Zero all neurons of frequency k; the controls zero random live neurons outside the cluster.

    Neurons differ in size, so random neurons of the same number may write far more or far less into the logits than the
    cluster does. The matched control has the same number and, within `ENERGY_TOLERANCE`, the same energy; there is none
    if even the largest (or smallest) neurons outside the cluster do not add up to it.
    Limits: a cluster that costs less than its controls may be needed. In a planted circuit, too, random neurons may
    cost more, because a missing cluster leaves the other frequencies intact, while random neurons unbalance them all.
    """
    members = clusters.members(k)
    outside = clusters.live.clone()
    outside[members] = False
    pool = outside.nonzero().flatten()
    count, energy = len(members), written_energy(grid)
    wanted, available = float(energy[members].sum()), energy[pool]

    def random(generator: torch.Generator) -> Float[Tensor, "x y z"]:
        return without_neurons(grid, pool[torch.randperm(len(pool), generator=generator)[:count]])

    def matched(generator: torch.Generator) -> Float[Tensor, "x y z"]:
        return without_neurons(grid, pool[matched_in_energy(available, count, wanted, generator)])

    what = f"{count} random live neurons outside the cluster"
    closer: tuple[str, Random] | None = (f"{what}, of the same total energy", matched)
    return Change(
        drop_cluster(k),
        lambda: without_neurons(grid, members),
        what,
        random if len(pool) >= count else None,
        closer if _attainable(available, count, wanted) else None,
    )


def _attainable(energy: Float[Tensor, " neuron"], count: int, wanted: float) -> bool:
    """Whether some ``count`` of the neurons have that energy together, within `ENERGY_TOLERANCE`."""
    if len(energy) < count:
        return False
    ordered = energy.sort().values
    least, most = float(ordered[:count].sum()), float(ordered[len(ordered) - count :].sum())
    return least * (1 - ENERGY_TOLERANCE) <= wanted <= most * (1 + ENERGY_TOLERANCE)


def matched_in_energy(
    energy: Float[Tensor, " neuron"], count: int, wanted: float, generator: torch.Generator
) -> Int[Tensor, " member"]:
    """``count`` random neurons whose energies sum to ``wanted``, within `ENERGY_TOLERANCE` or as closely as possible.

    It starts from a random set and exchanges random members for random others, each of which brings the sum closer.
    """
    order = torch.randperm(len(energy), generator=generator)
    inside, outside = order[:count].clone(), order[count:].clone()
    while abs(gap := wanted - float(energy[inside].sum())) > ENERGY_TOLERANCE * wanted:
        gains = energy[outside][None, :] - energy[inside][:, None]
        closer = ((gap - gains).abs() < abs(gap)).nonzero()
        if not len(closer):
            break
        i, j = closer[int(torch.randint(len(closer), (), generator=generator))].tolist()
        inside[i], outside[j] = int(outside[j]), int(inside[i])
    return inside
