"""Interventions on training: what an experiment changes in the gradient, to test a statement about causes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from jaxtyping import Bool, Float
from pydantic import BeforeValidator, Field

from latebloom._config import Config, comma_separated
from latebloom._errors import UsageError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from latebloom.models import Model, Transformer
    from latebloom.models.components import MLPLayer

    Choice = Callable[[Float[Tensor, " label"], int], Bool[Tensor, " label"]]
    """Which labels have a gradient, given their losses (nats) and the step. A pure function, so that runs resume
    bit-identically."""

ROUNDS_TO_ZERO = 2.0**-23
"""Losses (nats) below this are 0 in float32: log-softmax rounds the probability of the right answer to 1. It is
float32's ε, 1.19e-7. Source: the write-up, "Slingshot mechanism"."""


class Intervention(Config):
    """No intervention. It is left out of the stored experiment, so that other runs keep their identity."""

    kind: Literal["none"] = "none"
    keeps_wrong_answers: ClassVar[bool] = False
    """Whether labels that are not chosen keep the gradients on the logits of wrong answers."""
    initial_only: ClassVar[bool] = False
    """Whether it changes the initial weights alone, so that training computes the same gradients as without it."""

    def choice(self, seed: int) -> Choice | None:
        """Which labels have a gradient; None: all. ``seed``: of the data."""
        return None

    def prepare(self, model: Model) -> None:
        """Change a freshly built model. Errors: UsageError for a model that cannot have the intervention."""


class _SmallLosses(Intervention):
    """The gradients of as many labels as have a loss below ``threshold`` are zero; the mean stays over all labels."""

    threshold: float = Field(
        ROUNDS_TO_ZERO, gt=0, description="losses (nats) below this count as rounded to zero: by default float32's ε"
    )


class RoundSmallLosses(_SmallLosses):
    """Those labels themselves: what rounding in float32 does, and nothing else that float32 does."""

    kind: Literal["round_small_losses"] = "round_small_losses"  # type: ignore[assignment]

    def choice(self, seed: int) -> Choice | None:
        return lambda losses, step: losses >= self.threshold


class RoundRightAnswers(RoundSmallLosses):
    """Of those labels the gradient on the right answer's logit alone is zero; those on the wrong answers stay.

    This is what float32 does to the last bit: the probability of the right answer rounds to 1, so that its gradient
    p - 1 is 0, while the small probabilities of the wrong answers, which are their gradients, are still represented.
    The gradients of one example then no longer sum to zero.
    """

    kind: Literal["round_right_answers"] = "round_right_answers"  # type: ignore[assignment]
    keeps_wrong_answers: ClassVar[bool] = True


class DropRandomExamples(_SmallLosses):
    """As many labels at random, new at each step: the control of `RoundSmallLosses`."""

    kind: Literal["drop_random_examples"] = "drop_random_examples"  # type: ignore[assignment]

    def choice(self, seed: int) -> Choice | None:
        import torch

        def drawn(losses: Float[Tensor, " label"], step: int) -> Bool[Tensor, " label"]:
            generator = torch.Generator().manual_seed((seed * 1_000_003 + step) % 2**63)
            dropped = torch.randperm(len(losses), generator=generator)[: int((losses < self.threshold).sum())]
            return torch.ones(len(losses), dtype=torch.bool).index_fill(0, dropped, False).to(losses.device)

        return drawn


class FewerExamples(Intervention):
    """From a step on, part of the train set has no gradient any more: what does a model keep that has less data?

    Which part is drawn once, from the seed of the data. The mean stays over the whole train set, so that the gradient
    becomes smaller. AdamW divides by its size, but where few examples are kept its ``eps`` is no longer negligible:
    steps become smaller, and weight decay is relatively stronger. Source: Varma et al. 2023, "Explaining grokking
    through circuit efficiency", arXiv 2309.02390, "ungrokking".
    """

    kind: Literal["fewer_examples"] = "fewer_examples"  # type: ignore[assignment]
    from_step: int = Field(0, ge=0, description="step from which on examples are left out")
    kept: float = Field(0.5, gt=0, le=1, description="share of the train set that still has a gradient then")

    def choice(self, seed: int) -> Choice | None:
        import torch

        def drawn(losses: Float[Tensor, " label"], step: int) -> Bool[Tensor, " label"]:
            if step < self.from_step:
                return torch.ones_like(losses, dtype=torch.bool)
            order = torch.randperm(len(losses), generator=torch.Generator().manual_seed(seed))
            return (order < round(self.kept * len(losses))).to(losses.device)

        return drawn


class Freeze(Intervention):
    """Some weights keep their initial values: no gradient and no weight decay."""

    kind: Literal["freeze"] = "freeze"  # type: ignore[assignment]
    weights: Annotated[tuple[str, ...], BeforeValidator(comma_separated)] = Field(
        (), description="names of the weights that keep their initial values, separated by commas"
    )

    def prepare(self, model: Model) -> None:
        for weight in _named(model, self.weights).values():
            weight.requires_grad_(False)
        if not any(weight.requires_grad for weight in model.parameters()):
            count = len(list(model.parameters()))
            raise UsageError(f"intervention.weights: got all {count} weights, expected one at least to be trained")


def _named(model: Model, names: tuple[str, ...]) -> dict[str, nn.Parameter]:
    """The weights of these names. Errors: UsageError for an unknown name, and without any."""
    named: dict[str, nn.Parameter] = dict(model.named_parameters())
    for name in names or ("",):
        if name not in named:
            raise UsageError(f"intervention.weights: got {name or 'none'}, expected some of {', '.join(named)}")
    return {name: named[name] for name in names}


class _OfInitialWeights(Intervention):
    """Changes the initial weights of a transformer."""

    initial_only: ClassVar[bool] = True

    def _transformer(self, model: Model) -> Transformer:
        """The model. Errors: UsageError for another one."""
        from latebloom.models import Transformer

        if not isinstance(model, Transformer):
            raise UsageError(f"intervention.kind: got {self.kind}, expected a transformer")
        return model


class Transplant(_OfInitialWeights):
    """Some weights take the initial values that they have with another seed."""

    kind: Literal["transplant"] = "transplant"  # type: ignore[assignment]
    weights: Annotated[tuple[str, ...], BeforeValidator(comma_separated)] = Field(
        (), description="names of the weights that come from the other seed, separated by commas"
    )
    donor: int = Field(0, ge=0, lt=2**63, description="seed of the initial weights that they come from")

    def prepare(self, model: Model) -> None:
        import torch

        donor = copy.deepcopy(self._transformer(model))
        donor.config = donor.config.model_copy(update={"seed": self.donor})
        donor.init_weights()
        given = _named(donor, self.weights)
        with torch.no_grad():
            for name, weight in _named(model, self.weights).items():
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

        transformer = self._transformer(model)
        p = transformer.cfg.d_vocab_out
        if len(set(self.frequencies)) != 2 or not set(self.frequencies) <= set(range(1, (p - 1) // 2 + 1)):
            got = ",".join(map(str, self.frequencies)) or "none"
            raise UsageError(f"intervention.frequencies: got {got}, expected two of 1 to {(p - 1) // 2}")
        one, other = (_waves(k, p) * (2 / p) ** 0.5 for k in self.frequencies)
        with torch.no_grad():
            embedding = transformer.embed.W_E[:p]
            embedding += (one - other).T @ ((other - one) @ embedding)


def _waves(k: int, p: int) -> Float[Tensor, "2 p"]:
    """cos kx and sin kx of the operands x."""
    import torch

    angle = 2 * torch.pi * k * torch.arange(p) / p
    return torch.stack([angle.cos(), angle.sin()])


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
        p, width = transformer.cfg.d_vocab_out, len(mlp.b_in)
        if self.frequency > (p - 1) // 2 or self.count > width:
            raise UsageError(
                f"intervention: got frequency {self.frequency} and count {self.count}, expected at most {(p - 1) // 2} "
                f"and {width}"
            )
        attn = transformer.blocks[0].attn
        with torch.no_grad():
            waves = _waves(self.frequency, p) @ transformer.embed.W_E[:p]
            reaching = waves @ torch.einsum("hmd,hdn->mn", attn.W_V, attn.W_O)
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

        transformer = self._transformer(model)
        p = transformer.cfg.d_vocab_out
        if self.frequency > (p - 1) // 2:
            raise UsageError(f"intervention.frequency: got {self.frequency}, expected at most {(p - 1) // 2}")
        waves = _waves(self.frequency, p)
        with torch.no_grad():
            rows = transformer.embed.W_E[:p]
            rows += (self.factor - 1) * (2 / p) * waves.T @ (waves @ rows)


_KINDS = (
    *(Intervention, RoundSmallLosses, RoundRightAnswers, DropRandomExamples, FewerExamples, Freeze),
    *(Transplant, SwapFrequencies, Prune, Amplify, AmplifyWave),
)

INTERVENTIONS: dict[str, type[Intervention]] = {kind.model_fields["kind"].default: kind for kind in _KINDS}
"""Every intervention by its kind."""

AnyIntervention = Annotated[
    Intervention
    | RoundSmallLosses
    | RoundRightAnswers
    | DropRandomExamples
    | FewerExamples
    | Freeze
    | Transplant
    | SwapFrequencies
    | Prune
    | Amplify
    | AmplifyWave,
    Field(discriminator="kind"),
]
"""A field that holds any intervention."""
