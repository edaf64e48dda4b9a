"""What training can minimise. Another loss is one more line here, or one registration in another package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from latebloom._lazy import Deferred
from latebloom._registry import Registry

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True)
class TrainingLoss:
    """What training minimises. name: the value of ``training.loss``. of: (logits, labels, dtype) → the loss, a scalar:
    see `cross_entropy` for the shapes. Labels of `latebloom.tasks.IGNORE` must not count. full_batch_of: the name of
    the only task whose full batches it is defined on; None for a loss of any batch of any task."""

    name: str
    of: Callable[[Tensor, Tensor, torch.dtype], Tensor]
    full_batch_of: str | None = None


TRAINING_LOSSES: Registry[TrainingLoss] = Registry(
    "training.loss", made=Deferred("latebloom.models.measure_loss:measured_loss")
)
"""What training can minimise, by the name of `Training.loss`; any `MeasuredLoss` among them, registered or not."""

for _loss in (
    TrainingLoss("cross_entropy", Deferred("latebloom.models.loss:cross_entropy")),
    TrainingLoss("mse", Deferred("latebloom.models.loss:mean_squared_error")),
    TrainingLoss("stablemax", Deferred("latebloom.models.loss:stablemax_cross_entropy")),
):
    TRAINING_LOSSES.register(_loss)
