"""Interventions that change the initial weights, and leave training as it is."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from latebloom._config import comma_separated
from latebloom._errors import UsageError
from latebloom.training.interventions.base import Intervention, named, waves

if TYPE_CHECKING:
    from latebloom.models import Model, Transformer
    from latebloom.models.components import MLPLayer


class _OfInitialWeights(Intervention):
    """Changes the initial weights of a transformer."""

    same_gradients: ClassVar[bool] = True


class Transplant(_OfInitialWeights):
    """Some weights take the initial values that they have with another seed."""

    kind: Literal["transplant"] = "transplant"  # type: ignore[assignment]
    weights: Annotated[tuple[str, ...], BeforeValidator(comma_separated)] = Field(
        (), description="names of the weights that come from the other seed, separated by commas"
    )
    donor: int = Field(0, ge=0, lt=2**63, description="seed of the initial weights that they come from")

    def prepare(self, model: Model) -> None:
        import torch

        donor = copy.deepcopy(self.transformer(model))
        donor.config = donor.config.model_copy(update={"seed": self.donor})
        donor.init_weights()
        given = named(donor, self.weights)
        with torch.no_grad():
            for name, weight in named(model, self.weights).items():
                weight.copy_(given[name])


class SwapFrequencies(_OfInitialWeights):
    """Two frequencies of the operands swap their places in the initial embedding, cosine for cosine and sine for sine.

    All that the embedding has of the one it then has of the other: strength, directions and angles.
    """

    kind: Literal["swap_frequencies"] = "swap_frequencies"  # type: ignore[assignment]
    frequencies: Annotated[tuple[int, ...], BeforeValidator(comma_separated)] = Field(
        (), description="the two frequencies, separated by a comma"
    )

    def prepare(self, model: Model) -> None:
        import torch

        embedding = self.operands(self.transformer(model))
        p = len(embedding)
        if len(set(self.frequencies)) != 2 or not set(self.frequencies) <= set(range(1, (p - 1) // 2 + 1)):
            got = ",".join(map(str, self.frequencies)) or "none"
            raise UsageError(f"intervention.frequencies: got {got}, expected two of 1 to {(p - 1) // 2}")
        one, other = (waves(k, p) * (2 / p) ** 0.5 for k in self.frequencies)
        with torch.no_grad():
            embedding += (one - other).T @ ((other - one) @ embedding)


class _OfNeurons(_OfInitialWeights):
    """Changes the initial weights of the neurons of a one-layer transformer with ReLU."""

    def _checked(self, model: Model) -> tuple[Transformer, MLPLayer]:
        """The model and its neurons. Errors: UsageError for another model."""
        from latebloom.models import is_one_layer

        if not is_one_layer(model, frozenset({"init_scale"})):
            raise UsageError(
                f"intervention.kind: got {self.kind}, expected a transformer of one layer with ReLU neurons"
            )
        mlp = model.blocks[0].mlp
        assert mlp is not None
        return model, mlp


class Prune(_OfNeurons):
    """All neurons but some are taken out of the initial weights.

    A neuron without weights has neither an output nor a gradient, and weight decay leaves it at zero, so it stays out.
    """

    kind: Literal["prune"] = "prune"  # type: ignore[assignment]
    neurons: Annotated[tuple[int, ...], BeforeValidator(comma_separated)] = Field(
        (), description="numbers of the neurons that prune leaves, separated by commas"
    )

    def prepare(self, model: Model) -> None:
        import torch

        _, mlp = self._checked(model)
        width = len(mlp.b_in)
        if not self.neurons or not set(self.neurons) <= set(range(width)):
            got = ",".join(map(str, self.neurons)) or "none"
            raise UsageError(f"intervention.neurons: got {got}, expected some of 0 to {width - 1}")
        removed = torch.ones(width, dtype=torch.bool).index_fill(0, torch.tensor(self.neurons), False)
        with torch.no_grad():
            mlp.W_in[:, removed], mlp.b_in[removed], mlp.W_out[removed] = 0.0, 0.0, 0.0


class Amplify(_OfNeurons):
    """The first neurons respond more strongly to one frequency of the operands, initially.

    A neuron's response to frequency k is its weights' product with the two vectors that the waves cos kx and sin kx of
    the embedding become on their way through the heads, under even attention. This part of its weights is multiplied,
    which is the smallest change of the weights that does so.
    """

    kind: Literal["amplify"] = "amplify"  # type: ignore[assignment]
    frequency: int = Field(1, ge=1, description="frequency to which neurons respond more strongly")
    count: int = Field(8, ge=1, description="how many neurons, the first ones")
    factor: float = Field(4.0, gt=0, description="factor on their response")

    def prepare(self, model: Model) -> None:
        import torch

        transformer, mlp = self._checked(model)
        operands, width = self.operands(transformer), len(mlp.b_in)
        p = len(operands)
        if self.frequency > (p - 1) // 2 or self.count > width:
            raise UsageError(
                f"intervention: got frequency {self.frequency} and count {self.count}, expected at most {(p - 1) // 2} "
                f"and {width}"
            )
        attn = transformer.blocks[0].attn
        with torch.no_grad():
            wave = waves(self.frequency, p) @ operands
            reaching = wave @ torch.einsum("hmd,hdn->mn", attn.W_V, attn.W_O)
            chosen = mlp.W_in[:, : self.count]
            chosen += (self.factor - 1) * torch.linalg.pinv(reaching) @ (reaching @ chosen)


class AmplifyWave(_OfInitialWeights):
    """One frequency of the operands is larger in the embedding, initially: its waves cos kx and sin kx are
    multiplied."""

    kind: Literal["amplify_wave"] = "amplify_wave"  # type: ignore[assignment]
    frequency: int = Field(1, ge=1, description="frequency that is larger in the embedding")
    factor: float = Field(4.0, gt=0, description="factor on its waves")

    def prepare(self, model: Model) -> None:
        import torch

        operands = self.operands(self.transformer(model))
        p = len(operands)
        if self.frequency > (p - 1) // 2:
            raise UsageError(f"intervention.frequency: got {self.frequency}, expected at most {(p - 1) // 2}")
        wave = waves(self.frequency, p)
        with torch.no_grad():
            operands += (self.factor - 1) * (2 / p) * wave.T @ (wave @ operands)
