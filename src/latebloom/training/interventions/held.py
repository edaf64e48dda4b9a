"""Interventions that hold some weights: neither the gradient nor weight decay reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from jaxtyping import Float
from pydantic import BeforeValidator, Field

from latebloom._config import comma_separated
from latebloom._errors import UsageError
from latebloom.training.interventions.base import Intervention, named, waves

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from latebloom.models import Model


class Freeze(Intervention):
    """Some weights keep their initial values: no gradient and no weight decay."""

    same_gradients: ClassVar[bool] = True
    kind: Literal["freeze"] = "freeze"  # type: ignore[assignment]
    weights: Annotated[tuple[str, ...], BeforeValidator(comma_separated)] = Field(
        (), description="names of the weights that keep their initial values, separated by commas"
    )

    def prepare(self, model: Model) -> None:
        for weight in named(model, self.weights).values():
            weight.requires_grad_(False)
        if not any(weight.requires_grad for weight in model.parameters()):
            count = len(list(model.parameters()))
            raise UsageError(f"intervention.weights: got all {count} weights, expected one at least to be trained")


class ClampWaves(Intervention):
    """The embedding of the operands, the unembedding, or both are ideal ones from the first step to the last.

    Each has the waves cos kx and sin kx of its frequencies k, along directions of its own: orthonormal, and drawn from
    the model's seed. All waves have one amplitude, which gives the weights the norm (Frobenius) that they have without
    the intervention. ``shuffled`` permutes the operands of the one and the answers of the other, each by itself: the
    same singular values, and no frequency. Other tokens, such as ``=``, keep their initial rows of a held embedding.
    Source: the write-up, "Future Directions", whose induction heads form sooner beside an ideal previous-token head;
    the rest of it is ours.
    """

    same_gradients: ClassVar[bool] = True
    kind: Literal["clamp_waves"] = "clamp_waves"  # type: ignore[assignment]
    embedding: Annotated[tuple[int, ...], BeforeValidator(comma_separated)] = Field(
        (), description="frequencies of an ideal embedding, separated by commas; none: it is trained as usual"
    )
    unembedding: Annotated[tuple[int, ...], BeforeValidator(comma_separated)] = Field(
        (), description="frequencies of an ideal unembedding, separated by commas; none: it is trained as usual"
    )
    shuffled: bool = Field(False, description="whether the numbers are permuted, which leaves no frequency: a control")

    def prepare(self, model: Model) -> None:
        import torch

        from latebloom.models.components import TiedUnembed

        transformer = self.transformer(model)
        operands = self.operands(transformer)
        if not (self.embedding or self.unembedding):
            raise UsageError(f"intervention.kind: got {self.kind} without a frequency, expected some for one part")
        if isinstance(transformer.unembed, TiedUnembed):
            raise UsageError(f"intervention.kind: got {self.kind}, expected a model whose unembedding is not tied")
        # Another seed than the one that draws the initial weights: the same numbers would make directions of them.
        generator = torch.Generator().manual_seed((transformer.config.seed + 1) * 1_000_003 % 2**63)
        with torch.no_grad():
            if self.embedding:
                operands.copy_(self._ideal("embedding", operands, generator))
                transformer.embed.W_E.requires_grad_(False)
            if self.unembedding:
                unembedding = transformer.unembed.W_U
                unembedding.copy_(self._ideal("unembedding", unembedding.T, generator).T)
                unembedding.requires_grad_(False)

    def _ideal(
        self, part: Literal["embedding", "unembedding"], initial: Float[Tensor, "p d"], generator: torch.Generator
    ) -> Float[Tensor, "p d"]:
        """The waves of a part, with the norm of its initial weights."""
        import torch

        chosen = self.embedding if part == "embedding" else self.unembedding
        p, width = initial.shape
        known = range(1, (p - 1) // 2 + 1)
        if not set(chosen) <= set(known) or len(set(chosen)) < len(chosen) or 2 * len(chosen) > width:
            got, most = ",".join(map(str, chosen)), min(len(known), width // 2)
            raise UsageError(
                f"intervention.{part}: got {got}, expected at most {most} of 1 to {known[-1]}, each of them once"
            )
        directions = torch.linalg.qr(torch.randn(width, 2 * len(chosen), generator=generator)).Q
        ideal = torch.cat([waves(k, p) for k in chosen]).T @ directions.T
        order = torch.randperm(p, generator=generator)
        return (ideal[order] if self.shuffled else ideal) * (initial.norm() / ideal.norm())
