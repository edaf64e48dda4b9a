"""A linear model that can memorise or generalise: the simplest model in which generalisation can come late."""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from latebloom._errors import UsageError
from latebloom.models.base import Model, ModelConfig
from latebloom.models.hooks import NO_HOOKS, Hooks
from latebloom.tasks import SharedFeature, Task

INIT = 0.01
"""Standard deviation of the initial weights: small compared with the learned margins of about 5. Arbitrary."""


class LinearConfig(ModelConfig):
    """Initial weights of the linear model."""

    kind: Literal["linear"] = "linear"

    def build(self, task: Task) -> "Linear":
        """A freshly initialised model, in float32. Errors: UsageError for a task without a shared feature."""
        if not isinstance(task, SharedFeature):
            raise UsageError(f"model.kind: got linear, which is for the task shared_feature, for {task.name}")
        model = Linear(task.d_vocab)
        generator = torch.Generator().manual_seed(self.seed)
        for weight in model.parameters():
            nn.init.normal_(weight, std=INIT, generator=generator)
        return model


class Linear(Model):
    """margin = w_shared + w_own[example]; the logits of the wrong and the right answer are 0 and the margin.

    ``w_own`` (example): one memorising weight per example. ``w_shared`` (1): the generalising weight. Not initialised.
    Activations: ``hook_margin`` (batch, 1). Source: the discussion under the write-up.
    """

    def __init__(self, examples: int) -> None:
        super().__init__()
        self.w_own = nn.Parameter(torch.empty(examples))
        self.w_shared = nn.Parameter(torch.empty(1))

    @property
    def activation_names(self) -> tuple[str, ...]:
        return ("hook_margin",)

    def forward(
        self,
        tokens: Int[Tensor, "batch pos"],
        positions: Sequence[int] | None = None,
        hooks: Hooks = NO_HOOKS,
    ) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
        margin = hooks("hook_margin", self.w_shared + self.w_own[tokens])
        return torch.stack([torch.zeros_like(margin), margin], dim=-1)
