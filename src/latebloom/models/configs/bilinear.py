"""The configuration of the bilinear model, see `latebloom.models.bilinear`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from latebloom.models.configs.base import ModelConfig
from latebloom.models.memory import check_memory
from latebloom.tasks import Task

if TYPE_CHECKING:
    from latebloom.models.bilinear import Bilinear


class BilinearConfig(ModelConfig):
    """Initial weights of the bilinear model."""

    kind: Literal["bilinear"] = "bilinear"
    init_scale: float = Field(default=0.01, gt=0, description="standard deviation of the initial weights")
    attention: Literal["learned", "even"] = Field(
        default="learned", description="even: every score is 1, so that the OV matrix learns alone"
    )

    def build(self, task: Task) -> Bilinear:
        """A freshly initialised model, in float32. The same seed gives the same weights times ``init_scale``.

        Errors: UsageError for a model that does not fit into memory.
        """
        import torch

        from latebloom.models.bilinear import Bilinear

        check_memory("bilinear", task.d_vocab * (task.d_vocab + task.d_vocab_out))
        model = Bilinear(task.d_vocab, task.d_vocab_out)
        generator = torch.Generator().manual_seed(self.seed)
        with torch.no_grad():
            for weight in model.parameters():
                weight.normal_(generator=generator).mul_(self.init_scale)
            if self.attention == "even":
                model.W_QK.fill_(1.0)
        model.W_QK.requires_grad_(self.attention == "learned")
        return model
