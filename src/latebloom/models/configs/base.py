"""What the configuration of every model has, and the registry of them all."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BeforeValidator, Field, SerializeAsAny

from latebloom._parts import Part, part_registry
from latebloom._registry import Registry
from latebloom.tasks import Task

if TYPE_CHECKING:
    from latebloom.models.base import Model


MODELS: Registry[type[ModelConfig]] = part_registry("model")
"""The configuration class of every kind of model, by ``kind``."""


class ModelConfig(Part):
    """Shape and initial weights of one kind of model.

    A concrete subclass is registered in `MODELS` when it is defined, see `Part`.
    """

    tag: ClassVar[str] = "kind"
    registry = MODELS

    kind: str = ""
    seed: int = Field(default=0, ge=0, lt=2**63, description="seed of the initial weights, apart from the split")

    @abstractmethod
    def build(self, task: Task) -> Model:
        """A freshly initialised model for a task, in float32. Errors: UsageError for a task it cannot be trained on."""


AnyModelConfig = Annotated[SerializeAsAny[ModelConfig], BeforeValidator(ModelConfig.from_fields)]
"""The type of a field that holds the configuration of any registered model; stored fields are looked up by ``kind``."""
