"""The configuration of the linear model, see `latebloom.models.linear`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from latebloom._errors import UsageError
from latebloom.models.configs.base import ModelConfig
from latebloom.tasks import SharedFeature, Task

if TYPE_CHECKING:
    from latebloom.models.linear import Linear


class LinearConfig(ModelConfig):
    """Initial weights of the linear model."""

    kind: Literal["linear"] = "linear"

    def build(self, task: Task) -> Linear:
        """A freshly initialised model, in float32. Errors: UsageError for a task without a shared feature."""
        from latebloom.models.linear import Linear

        if not isinstance(task, SharedFeature):
            raise UsageError(f"model.kind: got linear, which is for the task shared_feature, for {task.name}")
        model = Linear(task.d_vocab)
        model.init_weights(self.seed)
        return model
