"""A model's logits by the product of its operands, and their parts in irreducible representations."""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.circuits.groups.irreps import Irrep
from latebloom.circuits.groups.matrices import convolution
from latebloom.tasks import GroupComposition


@dataclass(frozen=True, eq=False)
class GroupLogits:
    """The logits of all pairs of a group's elements, in the order of the elements' numbers, in float64.

    logits: of the n answers. others: of the task's extra answers, which only count in a softmax.
    """

    task: GroupComposition
    logits: Float[Tensor, "a b c"]
    others: Float[Tensor, "a b extra"]

    @classmethod
    def of_outputs(cls, task: GroupComposition, outputs: Float[Tensor, "a b d_vocab_out"]) -> "GroupLogits":
        """The logits of a model; outputs beyond those of the task are dropped."""
        exact = outputs.double()
        return cls(task, exact[..., : task.p], exact[..., task.p : task.d_vocab_out])

    @cached_property
    def products(self) -> Int[Tensor, "a b"]:
        """a∘b, the right answers."""
        return torch.from_numpy(self.task.group.table)

    @cached_property
    def by_product(self) -> Float[Tensor, "g c"]:
        """The mean logits over the pairs with a∘b = g."""
        flat, n = self.logits.flatten(0, 1), self.task.p
        return flat.new_zeros(n, n).index_add_(0, self.products.flatten(), flat) / n

    def similarity(self, irrep: Irrep) -> float | None:
        """The cosine of the logits and χ(a·b·c⁻¹), both centred over c; None where either does not vary with c.

        Source: Chughtai et al. 2023.
        """
        centred = self.logits - self.logits.mean(2, keepdim=True)
        energy = float(centred.square().sum())
        waves = self._translates(irrep)
        # Each product occurs n times among the pairs.
        norm = float(self.task.p * waves.square().sum())
        if irrep.trivial or energy == 0:
            return None
        return float((self.by_product * waves).sum()) * self.task.p / (energy * norm) ** 0.5

    def fve(self, irreps: list[Irrep]) -> float | None:
        """The share of the logits' variance, centred over c and over (a, b), that a sum of these characters
        χ(a·b·c⁻¹) explains by least squares; None without irreps or variance."""
        centred = self.logits - self.logits.mean(2, keepdim=True)
        centred = centred - centred.mean((0, 1))
        energy = float(centred.square().sum())
        if not irreps or energy == 0:
            return None
        # The characters are orthogonal, and each is centred, so their shares add up.
        waves = [self._translates(irrep) for irrep in irreps]
        n = self.task.p
        parts = [float((self.by_product * w).sum()) ** 2 * n / float(w.square().sum()) for w in waves]
        return sum(parts) / energy

    def similarity_over(self, irrep: Irrep, pairs: Bool[Tensor, " pair"]) -> float | None:
        """`similarity` over some of the pairs only; None where either does not vary with c, and without pairs."""
        rows = self.logits.flatten(0, 1)[pairs]
        centred = rows - rows.mean(1, keepdim=True)
        waves = self._translates(irrep)[self.products.flatten()[pairs]]
        norm = float(centred.square().sum() * waves.square().sum())
        return None if irrep.trivial or not norm > 0 else float((centred * waves).sum()) / norm**0.5

    def part_over(self, irreps: list[Irrep], pairs: Bool[Tensor, " pair"]) -> Float[Tensor, "a b c"] | None:
        """`part` with the mean logits of each product over some of the pairs only; None where a product has none."""
        products = self.products.flatten()[pairs]
        count = torch.bincount(products, minlength=self.task.p)
        if not bool(count.all()):
            return None
        total = self.logits.new_zeros(self.task.p, self.task.p).index_add_(
            0, products, self.logits.flatten(0, 1)[pairs]
        )
        return (self._projection(irreps) @ (total / count[:, None]))[self.products]

    def part(self, irreps: list[Irrep]) -> Float[Tensor, "a b c"]:
        """Σ_ρ P_ρ L, the logits projected over (a, b) onto the functions of a∘b that lie in these representations.

        For a cyclic group these are the directions cos w(x + y), sin w(x + y) of its frequencies.
        """
        return (self._projection(irreps) @ self.by_product)[self.products]

    def _projection(self, irreps: list[Irrep]) -> Float[Tensor, "g h"]:
        return sum((self._translates(one) for one in irreps), self.logits.new_zeros(self.task.p, self.task.p))

    def losses(self, logits: Float[Tensor, "a b c"]) -> Float[Tensor, " pair"]:
        """The cross-entropy of each pair, in nats."""
        rows = torch.cat([logits, self.others], 2).flatten(0, 1)
        return torch.nn.functional.cross_entropy(rows, self.products.flatten(), reduction="none")

    def restricted(self, irreps: list[Irrep]) -> Float[Tensor, " pair"]:
        """The losses of Σ_ρ P_ρ L + the mean over (a, b) of the rest."""
        return self.losses_of_part(self.part(irreps))

    def losses_of_part(self, part: Float[Tensor, "a b c"]) -> Float[Tensor, " pair"]:
        """The losses of a part of the logits + the mean over (a, b) of the rest."""
        return self.losses(part + (self.logits - part).mean((0, 1)))

    def excluded(self, irreps: list[Irrep]) -> Float[Tensor, " pair"]:
        """The losses of L - Σ_ρ P_ρ L."""
        return self.losses(self.logits - self.part(irreps))

    def _translates(self, irrep: Irrep) -> Float[Tensor, "g h"]:
        """e(g·h⁻¹): the matrix of the convolution with the idempotent."""
        return torch.from_numpy(convolution(self.task.group, irrep))
