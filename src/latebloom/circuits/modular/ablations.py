"""The ablation table: losses after changes to the circuit, compared with random changes of the same size."""

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from jaxtyping import Int
from torch import Tensor

from latebloom.circuits.modular.ablation import (
    KEY_BLOCKS,
    KEY_DIRECTIONS,
    MEAN_AROUND_MLP,
    OFF_READ_OUTS,
    ON_READ_OUTS,
    OWN_POLYNOMIALS,
    ZERO_AROUND_ATTENTION,
    ZERO_AROUND_MLP,
    ZERO_HEADS,
    Ablation,
    Change,
    Cut,
)
from latebloom.circuits.modular.cluster_drop import cluster_drop
from latebloom.circuits.modular.grid import Grid, modular_grid
from latebloom.circuits.modular.neuron_ablations import (
    block_logits,
    neurons_off,
    neurons_on,
    polynomial_neurons,
)
from latebloom.circuits.modular.neurons import NeuronClusters, neuron_clusters
from latebloom.circuits.modular.projections import restricted_logits
from latebloom.circuits.modular.skip_ablations import LastLayer, last_layer, turned
from latebloom.circuits.modular.unembedding import output_directions
from latebloom.models import Model, Transformer
from latebloom.tasks import ModularTask


@torch.no_grad()
def ablate(model: Model, task: ModularTask, keys: Sequence[int], seed: int = 0, draws: int = 3) -> list[Ablation]:
    """Every ablation that applies to this model, in float64, each with ``draws`` random controls from ``seed``.

    Those that take neurons out of the logits are left out for a model with a norm before its unembedding, because its
    logits are not linear in the neurons. Ablations that need key frequencies are left out if ``keys`` is empty, those
    that need cos w(x ± y) if the task's answer does not depend on x ± y, and those that need attention for an MLP.
    Source: Nanda et al., 2023.
    """
    exact = copy.deepcopy(model).double()
    return ablate_on_grid(exact, modular_grid(exact, task), keys, seed, draws)


@torch.no_grad()
def ablate_on_grid(model: Model, grid: Grid, keys: Sequence[int], seed: int = 0, draws: int = 3) -> list[Ablation]:
    """The same for a model in float64, ``grid`` being the same model on all pairs."""
    return [change.measure(grid, seed, draws) for change in _changes(model, grid, keys)]


def _changes(model: Model, grid: Grid, keys: Sequence[int]) -> Iterator[Change]:
    """The changes one after the other, so that what one kind of them needs is not in memory with what the next does."""
    yield from _logit_changes(grid, keys)
    if grid.linear:
        yield from _neuron_changes(grid, neuron_clusters(grid), keys)
    if isinstance(model, Transformer):
        yield from _layer_changes(last_layer(model, grid.task))


def _logit_changes(grid: Grid, keys: Sequence[int]) -> Iterator[Change]:
    sign = grid.sign
    if not keys:
        return
    others = _other_frequencies(grid, keys)
    enough = len(others) >= len(keys)
    what = f"{len(keys)} random non-key frequencies"

    def draw(generator: torch.Generator) -> list[int]:
        return others[torch.randperm(len(others), generator=generator)[: len(keys)]].tolist()

    if sign is not None:
        kept = partial(restricted_logits, grid, sign=sign)
        yield Change(KEY_DIRECTIONS, lambda: kept(keys), what, (lambda g: kept(draw(g))) if enough else None)
    blocks = partial(block_logits, grid)
    yield Change(KEY_BLOCKS, lambda: blocks(keys), what, (lambda g: blocks(draw(g))) if enough else None)


def _other_frequencies(grid: Grid, keys: Sequence[int]) -> Int[Tensor, " k"]:
    """Non-key frequencies with both a cos and a sin, from which controls are drawn."""
    return torch.tensor([k for k in range(1, (grid.order + 1) // 2) if k not in keys], dtype=torch.long)


def _neuron_changes(grid: Grid, clusters: NeuronClusters, keys: Sequence[int]) -> Iterator[Change]:
    members = clusters.clustered.nonzero().flatten()
    if keys and len(members):
        yield _polynomials(grid, members, clusters.frequency[members], _other_frequencies(grid, keys))
    if keys and grid.neurons.shape[-1]:
        read = grid.w_logit @ output_directions(grid.order, keys, grid.w_logit.dtype).T
        yield from _subspaces(grid, read)
    for k in keys:
        if len(clusters.members(k)):
            yield cluster_drop(grid, clusters, k)


def _polynomials(grid: Grid, members: Tensor, own: Tensor, others: Tensor) -> Change:
    def random(generator: torch.Generator) -> Tensor:
        drawn = others[torch.randint(len(others), (len(members),), generator=generator)]
        return polynomial_neurons(grid, members, drawn)

    return Change(
        OWN_POLYNOMIALS,
        lambda: polynomial_neurons(grid, members, own),
        "polynomials in random non-key frequencies",
        random if len(others) else None,
    )


def _subspaces(grid: Grid, read: Tensor) -> Iterator[Change]:
    what = f"random subspace of {read.shape[1]} dimensions"

    def draw(generator: torch.Generator) -> Tensor:
        return torch.randn(read.shape, generator=generator, dtype=read.dtype)

    for cut, project in ((ON_READ_OUTS, neurons_on), (OFF_READ_OUTS, neurons_off)):
        yield Change(
            cut,
            partial(project, grid, read),
            what,
            lambda g, project=project: project(grid, draw(g)),  # type: ignore[misc]
        )


def _layer_changes(layer: LastLayer) -> Iterator[Change]:
    yield _turned(ZERO_HEADS, layer.before_mlp, -layer.attn_out)
    yield _turned(ZERO_AROUND_ATTENTION, layer.before_mlp, -layer.resid_pre)
    if layer.model.config.d_mlp:
        mid = layer.resid_mid
        yield _turned(ZERO_AROUND_MLP, layer.around_mlp, -mid)
        yield _turned(MEAN_AROUND_MLP, layer.around_mlp, mid.mean(0) - mid)


def _turned(cut: Cut, logits: Callable[[Tensor], Tensor], change: Tensor) -> Change:
    what = "a change of the same norm for each pair, in a random direction"
    return Change(cut, lambda: logits(change), what, lambda generator: logits(turned(change, generator)))
