"""The frequencies that a model computes with: by one of three rules."""

import torch

from latebloom._errors import UsageError
from latebloom.circuits.modular.basis import RULES
from latebloom.circuits.modular.grid import Grid
from latebloom.circuits.modular.neurons import NeuronClusters, neuron_clusters
from latebloom.circuits.modular.settings import KEY_CLUSTER, KEY_NORM
from latebloom.fourier import energy_by_frequency, frequencies, transform


def by_neurons(grid: Grid, clusters: NeuronClusters | None = None) -> list[int]:
    """k is key if its cluster holds at least `KEY_CLUSTER` of the neurons. The default."""
    sizes = (clusters or neuron_clusters(grid)).sizes
    width = grid.neurons.shape[-1]
    return sorted(k for k, size in sizes.items() if size / width >= KEY_CLUSTER)


def by_embedding(grid: Grid) -> list[int]:
    """k is key if the norm of the embedding along cos k or sin k exceeds `KEY_NORM` of the largest."""
    norms = transform(grid.embedding, (0,))[1:].norm(dim=1)
    above = (norms > KEY_NORM * norms.max()).nonzero().flatten().tolist()
    return sorted({row // 2 + 1 for row in above})


def by_w_logit(grid: Grid) -> list[int]:
    """k is key if its share of the energy of W_logit, Fourier-transformed over the answer, exceeds 1 / (p//2),
    the share of each frequency if all were equal, by a factor of ten (arbitrary).

    Limits: below p = 22 no share can exceed ten times the mean, so no frequency is key.
    """
    energy = energy_by_frequency(transform(grid.w_logit, (1,)).T).sum(1)
    total = energy.sum()
    share = 10 / len(frequencies(grid.order))
    if total == 0 or share >= 1:
        return []
    return [k for k in frequencies(grid.order) if energy[k - 1] > share * total]


@torch.no_grad()
def key_frequencies(grid: Grid, rule: str = "neurons") -> list[int]:
    """The key frequencies by the rule of that name, ascending. Errors: UsageError for an unknown rule."""
    if rule not in RULES:
        raise UsageError(f"rule: got {rule!r}, expected one of {', '.join(RULES)}")
    return RULES[rule](grid)
