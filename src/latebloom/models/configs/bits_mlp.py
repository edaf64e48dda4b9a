"""The configuration of the MLP on bits, see `latebloom.models.bits_mlp`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from latebloom._errors import UsageError
from latebloom.models.activations import NAMES as ACTIVATION_NAMES
from latebloom.models.activations import known_activation
from latebloom.models.configs.base import ModelConfig
from latebloom.models.memory import check_memory
from latebloom.tasks import Task

if TYPE_CHECKING:
    from latebloom.models.bits_mlp import BitsMLP


class BitsMLPConfig(ModelConfig):
    """Shape and initial weights of the MLP on bits."""

    kind: Literal["bits_mlp"] = "bits_mlp"
    d_mlp: int = Field(default=256, ge=1, description="neurons")
    activation: Annotated[str, AfterValidator(known_activation)] = Field(default="relu", description=ACTIVATION_NAMES)

    def build(self, task: Task) -> BitsMLP:
        """A freshly initialised model, in float32. Errors: UsageError for a task whose tokens are not bits, or that
        reads its loss at several positions, and for a model that does not fit into memory."""
        from latebloom.models.bits_mlp import BitsMLP

        if task.d_vocab != 2 or len(task.loss_positions) != 1:
            raise UsageError(f"model.kind: got bits_mlp, which reads bits, for {task.name}; expected sparse_parity")
        check_memory("bits_mlp", self.d_mlp * (task.n_ctx + task.d_vocab_out))
        model = BitsMLP(self, task.n_ctx, task.d_vocab_out)
        model.init_weights()
        return model
