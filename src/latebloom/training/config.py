"""How a run is trained and what it records."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from latebloom._config import Config
from latebloom.training.schedule import Schedule

ScheduleField = Annotated[Schedule, PlainSerializer(str, return_type=str)]


def _two_numbers(value: Any) -> Any:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or len(parts) != 2:
        raise ValueError("expected two numbers from 0 to below 1, as 0.9,0.98")
    return parts


Decay = Annotated[float, Field(ge=0, lt=1)]
Betas = Annotated[tuple[Decay, Decay], BeforeValidator(_two_numbers)]


class Optimiser(Config):
    """The update rule. Learning rate rises linearly from 0 over ``warmup`` steps: lr · min(step / warmup, 1)."""

    name: Literal["adamw", "adam", "sgd"] = Field("adamw", description="update rule")
    lr: float = Field(1e-3, gt=0, description="learning rate")
    weight_decay: float = Field(1.0, ge=0, description="decoupled for adamw, L2 in the gradient for adam and sgd")
    betas: Betas = Field((0.9, 0.98), description="moment decay of adam and adamw, as 0.9,0.98")
    l1: float = Field(0.0, ge=0, description="pull of every weight towards 0: l1 · sign(w) in the gradient")
    momentum: float = Field(0.0, ge=0, lt=1, description="momentum of sgd")
    warmup: int = Field(10, ge=0, description="steps of linear warm-up")


class Training(Config):
    """Length, batches and numerics of training."""

    steps: int = Field(40_000, ge=1, description="optimiser steps at most")
    stop: Literal["steps", "settled"] = Field("steps", description="stop at `steps`, or earlier once settled")
    batch_size: int | None = Field(None, ge=1, description="examples per step; none = full batch")
    dropout: float = Field(0.0, ge=0, lt=1, description="share of the neurons switched off in each update")
    loss_dtype: Literal["float64", "float32"] = Field("float64", description="precision of log-softmax")
    forward: Literal["auto", "plain"] = Field(
        "auto", description="auto: the exact fast forward where it applies; plain: each operation by itself"
    )
    device: Literal["cpu", "cuda"] = Field("cpu", description="where training runs")


class Recording(Config):
    """What is kept, and when. Measures that need the final model are filled in later by `latebloom measure`."""

    checkpoints: ScheduleField = Field(
        Schedule.model_validate("50 until 100, 100 until 1000, 250 until 15000, 1000"),
        description="steps that keep the weights",
    )
    metrics: ScheduleField = Field(
        Schedule.model_validate("10 until 1000, 50"), description="steps that log losses and weight norm"
    )
