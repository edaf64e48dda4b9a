"""What is exported: one checkpoint, its task, and what is known of its run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from latebloom.models import Model
from latebloom.tasks import Task


@dataclass(frozen=True)
class Exported:
    """The weights of a run at one step.

    seed: None where it is unknown. facts: JSON values by name, for the model card.
    """

    name: str
    recipe: str
    seed: int | None
    step: int
    model: Model
    task: Task
    settings: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def weights(self) -> dict[str, Tensor]:
        """The model's state dict, detached and contiguous, under our names."""
        return {name: value.detach().contiguous() for name, value in self.model.state_dict().items()}


def json_bytes(value: Any) -> bytes:
    """Indented JSON as a file; the same bytes for the same value."""
    return (json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n").encode()


def tensor_bytes(tensors: Mapping[str, Tensor]) -> bytes:
    """A safetensors file that transformers accepts too, which wants the metadata ``format``."""
    from safetensors.torch import save

    return save({name: value.detach().contiguous().clone() for name, value in tensors.items()}, {"format": "pt"})
