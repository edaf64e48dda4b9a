"""How a run is trained and what it records."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, PlainSerializer

from latebloom._config import Config
from latebloom.models import TRAINING_LOSSES
from latebloom.training.schedule import Schedule

ScheduleField = Annotated[Schedule, PlainSerializer(str, return_type=str)]


def _registered(loss: str) -> str:
    return TRAINING_LOSSES[loss].name


class Training(Config):
    """Length, batches and numerics of training.

    Errors: UsageError that lists the registered losses for a loss that is not registered.
    """

    steps: int = Field(40_000, ge=1, description="largest number of optimiser steps")
    stop: Literal["steps", "settled"] = Field("steps", description="stop at `steps`, or earlier once settled")
    batch_size: int | None = Field(None, ge=1, description="examples per step; none = full batch")
    dropout: float = Field(0.0, ge=0, lt=1, description="fraction of the neurons dropped in each update")
    loss: Annotated[str, AfterValidator(_registered)] = Field(
        "cross_entropy",
        description="what is minimised: cross_entropy; mse, squared error to 1 for the right answer and 0 for the "
        "others; or stablemax, cross-entropy of a softmax that grows linearly. Recorded losses are cross-entropies in "
        "every case",
    )
    loss_dtype: Literal["float64", "float32"] = Field("float64", description="precision of log-softmax")
    forward: Literal["auto", "plain"] = Field(
        "auto", description="auto: the exact fast forward where it applies; plain: each operation separately"
    )
    device: Literal["cpu", "cuda"] = Field("cpu", description="device that trains")

    later_fields: ClassVar[frozenset[str]] = frozenset({"loss"})


class Recording(Config):
    """What is recorded, and when. `latebloom measure` later adds the measures that need the final model."""

    checkpoints: ScheduleField = Field(
        Schedule.model_validate("50 until 100, 100 until 1000, 250 until 15000, 1000"),
        description="steps at which the weights are kept",
    )
    metrics: ScheduleField = Field(
        Schedule.model_validate("10 until 1000, 50"), description="steps at which losses and weight norm are logged"
    )
