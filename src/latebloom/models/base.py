"""The interface of every model: logits at chosen positions, activations that can be read and replaced by name."""

from abc import ABCMeta, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from latebloom._errors import UsageError
from latebloom.models.hooks import NO_HOOKS, Hooks, Replacement
from latebloom.models.points import add_points, is_watched, points_of


class _WithPoints(ABCMeta):
    """Adds the hook points once a model is complete, so that the constructors of models need not."""

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        model = super().__call__(*arguments, **options)
        add_points(model, model.activation_names)
        return model


class Model(nn.Module, metaclass=_WithPoints):
    """A network on token sequences; its weights are its ``state_dict``, names as in TransformerLens.

    Every activation is a submodule too, see `latebloom.models.points`: hooks that another library attaches to a
    submodule see every activation, since the fast paths are then not used.
    """

    @property
    @abstractmethod
    def activation_names(self) -> tuple[str, ...]:
        """Names that `run_with_cache` returns and `run_with_hooks` replaces, in order of computation."""

    @abstractmethod
    def forward(
        self,
        tokens: Int[Tensor, "batch pos"],
        positions: Sequence[int] | None = None,
        hooks: Hooks = NO_HOOKS,
    ) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
        """Logits at ``positions`` (None: everywhere); other positions of the last layer are not computed."""

    def __call__(
        self,
        tokens: Int[Tensor, "batch pos"],
        positions: Sequence[int] | None = None,
        hooks: Hooks = NO_HOOKS,
    ) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
        """As `forward`, with activations passing through the hook points where another library watches them."""
        if is_watched(self):
            hooks = hooks.through(points_of(self))
        return super().__call__(tokens, positions, hooks)

    def run_with_cache(
        self, tokens: Int[Tensor, "batch pos"], positions: Sequence[int] | None = None
    ) -> tuple[Float[Tensor, "batch loss_pos d_vocab_out"], dict[str, Tensor]]:
        """Logits and every activation by name."""
        hooks = Hooks(keep=True)
        logits = self(tokens, positions, hooks)
        assert hooks.cache is not None
        return logits, hooks.cache

    def run_with_hooks(
        self,
        tokens: Int[Tensor, "batch pos"],
        replace: Mapping[str, Replacement],
        positions: Sequence[int] | None = None,
    ) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
        """Logits with some activations replaced: ``replace[name](activation)`` replaces ``activation``.

        Errors: UsageError for a name that is not among `activation_names`.
        """
        unknown = sorted(set(replace) - set(self.activation_names))
        if unknown:
            raise UsageError(f"activation: got {unknown[0]!r}, expected one of {', '.join(self.activation_names)}")
        return self(tokens, positions, Hooks(replace))

    def double(self) -> "Model":
        """This model in float64, for analysis (in place, as `torch.nn.Module.double`)."""
        return self.to(torch.float64)
