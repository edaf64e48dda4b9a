"""Where functions on a group, and on pairs of its elements, have their energy among the representations."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.circuits.groups.irreps import Irrep
from latebloom.circuits.groups.matrices import functions_of
from latebloom.circuits.modular.neurons import LIVE_ENERGY
from latebloom.circuits.modular.settings import FVE_THRESHOLD
from latebloom.tasks.groups import Group


@dataclass(frozen=True, eq=False)
class Functions:
    """An orthonormal basis of all functions on a group, representation by representation.

    basis: one function a column. owner: the number of the representation of each.
    """

    irreps: list[Irrep]
    basis: Float[Tensor, "n n"]
    owner: Int[Tensor, " n"]

    @classmethod
    def of_group(cls, group: Group, irreps: list[Irrep]) -> "Functions":
        """The functions of all these representations, the trivial one first."""
        parts = [torch.from_numpy(functions_of(group, one)) for one in irreps]
        owner = torch.repeat_interleave(torch.arange(len(irreps)), torch.tensor([part.shape[1] for part in parts]))
        return cls(irreps, torch.cat(parts, 1), owner)

    def of(self, number: int) -> Float[Tensor, "n rank"]:
        """The functions of one representation."""
        return self.basis[:, self.owner == number]

    def shares(self, rows: Float[Tensor, "n column"]) -> Float[Tensor, " irrep"] | None:
        """The share of the rows' energy, their mean apart, in each representation (the trivial one: 0); None where the
        rows do not vary."""
        squares = (self.basis.T @ rows.double()).square().sum(1)
        energy = squares.new_zeros(len(self.irreps)).index_add_(0, self.owner, squares)
        energy[0] = 0
        total = energy.sum()
        return energy / total if bool(total > 0) else None

    def energy(self, pairs: Float[Tensor, "a b column"]) -> Float[Tensor, "irrep irrep column"]:
        """The energy of functions of pairs (a, b) in each product of a representation of a and one of b."""
        exact = pairs.double()
        first = torch.tensordot(self.basis.T, exact, 1)
        squares = torch.einsum("ibc,bj->ijc", first, self.basis).square()
        count = len(self.irreps)
        rows = squares.new_zeros(count, *squares.shape[1:]).index_add_(0, self.owner, squares)
        return squares.new_zeros(count, count, squares.shape[2]).index_add_(1, self.owner, rows)


@dataclass(frozen=True, eq=False)
class NeuronIrreps:
    """Neurons by representation.

    of_a, of_b: share of all neurons' energy over the pairs, constant apart, in functions ρ(a) and ρ(b) alone; of_ab: in
    functions ρ(a∘b). live: energy above `LIVE_ENERGY`. fve: the share of a neuron's energy in the block {1, ρ(a)} ×
    {1, ρ(b)} of its best representation, which for a cyclic group is the 3×3 block of a frequency. clustered: live, and
    fve above `FVE_THRESHOLD`.
    """

    of_a: Float[Tensor, " irrep"]
    of_b: Float[Tensor, " irrep"]
    of_ab: Float[Tensor, " irrep"]
    live: Bool[Tensor, " neuron"]
    fve: Float[Tensor, " neuron"]
    best: Int[Tensor, " neuron"]
    clustered: Bool[Tensor, " neuron"]

    @property
    def clustered_fraction(self) -> float | None:
        """Share of the live neurons that are in a cluster; None where all are dead."""
        live = int(self.live.sum())
        return int(self.clustered.sum()) / live if live else None

    def size(self, number: int) -> int:
        """Neurons in the cluster of a representation."""
        return int((self.clustered & (self.best == number)).sum())


def neuron_irreps(
    functions: Functions, neurons: Float[Tensor, "a b neuron"], table: Int[Tensor, "a b"]
) -> NeuronIrreps:
    """The neurons by representation.

    Limits: by chance alone, a share of ((r + 1)² - 1) / (n² - 1) of a neuron's energy is in the block of a
    representation with r = d² functions: 0.09 for the representation of dimension 6 of S5, but 0.7 for that of
    dimension 2 of S3.
    """
    energy = functions.energy(neurons)
    energy[0, 0] = 0
    total = energy.sum((0, 1))
    live = total > LIVE_ENERGY
    blocks = energy.diagonal(dim1=0, dim2=1).T + energy[0] + energy[:, 0]
    blocks[0] = 0
    fve, best = torch.where(live, blocks / total.clamp(min=LIVE_ENERGY), 0.0).max(0)
    n = len(table)
    means = neurons.new_zeros(n, neurons.shape[2]).index_add_(0, table.flatten(), neurons.flatten(0, 1)) / n
    by_product = functions.shares(means)
    whole = total.sum().clamp(min=LIVE_ENERGY)
    centred = means.double() - means.double().mean(0)
    product_share = n * centred.square().sum() / whole
    of_ab = torch.zeros_like(energy[0].sum(1)) if by_product is None else by_product * product_share
    of_a, of_b = energy[:, 0].sum(1) / whole, energy[0].sum(1) / whole
    return NeuronIrreps(of_a, of_b, of_ab, live, fve, best, live & (fve > FVE_THRESHOLD))
