"""The configuration of the MLP, see `latebloom.models.mlp`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from latebloom._errors import UsageError
from latebloom.models.activations import NAMES as ACTIVATION_NAMES
from latebloom.models.activations import known_activation
from latebloom.models.configs.base import ModelConfig
from latebloom.models.memory import check_memory
from latebloom.models.symmetric import check_order_matters_not
from latebloom.tasks import ModularTask, Task

if TYPE_CHECKING:
    from latebloom.models.mlp import MLP


class MLPConfig(ModelConfig):
    """Shape and initial weights of the MLP."""

    kind: Literal["mlp"] = "mlp"
    d_mlp: int = Field(default=256, ge=1, description="neurons")
    activation: Annotated[str, AfterValidator(known_activation)] = Field(default="relu", description=ACTIVATION_NAMES)
    init_scale: float = Field(default=1.0, gt=0, description="factor on all random initial weights")

    later_fields: ClassVar[frozenset[str]] = frozenset({"activation", "init_scale"})

    def build(self, task: Task) -> MLP:
        """A freshly initialised model for a modular task, in float32.

        Errors: UsageError for another task or layout of its tokens, for x - y and x / y, and for a model that does not
        fit into memory.
        """
        from latebloom.models.mlp import MLP

        if not isinstance(task, ModularTask):
            raise UsageError(f"model.kind: got mlp, which is for modular tasks, for {task.name}; expected transformer")
        if not task.usual_layout:
            raise UsageError(
                "model.kind: got mlp, which reads x y = only, for another layout; expected transformer or embedding_mlp"
            )
        check_order_matters_not("mlp", task, "transformer, or embedding_mlp with model.combine concat")
        check_memory("mlp", self.d_mlp * (task.p + task.d_vocab_out))
        model = MLP(self, task.d_vocab, task.d_vocab_out)
        model.init_weights()
        return model
