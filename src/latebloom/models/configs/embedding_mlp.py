"""The configuration of a model on embeddings, see `latebloom.models.embedding_mlp`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from latebloom._config import comma_separated
from latebloom._errors import UsageError
from latebloom.models.activations import NAMES as ACTIVATION_NAMES
from latebloom.models.activations import known_activation
from latebloom.models.configs.base import ModelConfig
from latebloom.models.memory import check_memory
from latebloom.models.symmetric import check_order_matters_not
from latebloom.tasks import ModularTask, Task

if TYPE_CHECKING:
    from latebloom.models.embedding_mlp import EmbeddingMLP


def _numbers(value: Any) -> Any:
    """Widths as on the command line, ``256,128``, or one number; any other value as it is."""
    return (value,) if isinstance(value, int) else comma_separated(value)


Width = Annotated[int, Field(ge=1)]


class EmbeddingMLPConfig(ModelConfig):
    """Shape and initial weights of a model on embeddings.

    The models of Zhong et al. 2023: A is combine add, widths 256; B is combine add, widths 256,256; D is combine
    concat, widths 256; all of them with d_embed 256 (D: 128) and out unembed.
    """

    kind: Literal["embedding_mlp"] = "embedding_mlp"
    combine: Literal["add", "concat"] = Field(
        default="add", description="how the two embeddings enter: E_x + E_y, or joined"
    )
    d_embed: int = Field(default=128, ge=1, description="width of the embedding of one operand")
    widths: Annotated[tuple[Width, ...], BeforeValidator(_numbers), Field(min_length=1)] = Field(
        default=(256,), description="neurons of each hidden layer, as 256,256"
    )
    activation: Annotated[str, AfterValidator(known_activation)] = Field(default="relu", description=ACTIVATION_NAMES)
    bias: bool = Field(default=True, description="biases of the hidden layers and of an output layer")
    out: Literal["unembed", "output", "tied"] = Field(
        default="unembed", description="the logits' layer: a matrix, a layer with a bias, or the transposed embedding"
    )
    init_scale: float = Field(default=1.0, gt=0, description="factor on all random initial weights")

    @model_validator(mode="after")
    def _ties_what_fits(self) -> EmbeddingMLPConfig:
        if self.out == "tied" and self.widths[-1] != self.d_embed:
            raise ValueError(
                f"out: got tied with d_embed {self.d_embed} and a last layer of {self.widths[-1]} neurons, expected "
                "the same number, because the neurons are multiplied by the embedding"
            )
        return self

    def build(self, task: Task) -> EmbeddingMLP:
        """A freshly initialised model for a modular task in any layout of its tokens, in float32.

        Errors: UsageError for another task; for x - y and x / y where both operands have one table and are added; for
        tied embeddings of a task with more outputs than operand tokens; and for a model that does not fit into memory.
        """
        from latebloom.models.embedding_mlp import EmbeddingMLP

        if not isinstance(task, ModularTask):
            raise UsageError(
                f"model.kind: got embedding_mlp, which is for modular tasks, for {task.name}; expected transformer"
            )
        if self.combine == "add" and not task.separate_operands:
            instead = "model.combine concat, or task.separate_operands true"
            check_order_matters_not("embedding_mlp with combine add", task, instead)
        check_memory("embedding_mlp", self._weights(task))
        model = EmbeddingMLP(self, task.operator_token, task.d_vocab_out, task.operand_positions)
        model.init_weights()
        return model

    @property
    def layer_widths(self) -> tuple[int, ...]:
        """The numbers that enter the first hidden layer, then the neurons of each layer."""
        return (self.d_embed * (2 if self.combine == "concat" else 1), *self.widths)

    def _weights(self, task: ModularTask) -> int:
        """The number of weights in matrices."""
        layers = sum(inputs * outputs for inputs, outputs in pairwise(self.layer_widths))
        last = 0 if self.out == "tied" else self.widths[-1] * task.d_vocab_out
        return task.operator_token * self.d_embed + layers + last
