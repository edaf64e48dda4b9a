"""From an optimiser's configuration to torch's optimiser, and its state to named tensors and back."""

import torch
from torch import Tensor, nn

from latebloom.training.config import Optimiser

PREFIX = "optimiser."
"""Names of the optimiser's state begin with this."""

EPSILON = 1e-8
"""Adam's; torch's default, which the published code leaves as it is."""


def build_optimiser(model: nn.Module, config: Optimiser) -> torch.optim.Optimizer:
    """torch's own AdamW, Adam or SGD in its fused form."""
    if config.name == "sgd":
        return torch.optim.SGD(
            model.parameters(), config.lr, momentum=config.momentum, weight_decay=config.weight_decay, fused=True
        )
    kind = torch.optim.AdamW if config.name == "adamw" else torch.optim.Adam
    return kind(model.parameters(), config.lr, betas=config.betas, weight_decay=config.weight_decay, fused=True)


def set_learning_rate(optimiser: torch.optim.Optimizer, config: Optimiser, step: int) -> None:
    """lr · min(step / warmup, 1): as published, the very first update has a learning rate of zero."""
    scale = min(step / config.warmup, 1.0) if config.warmup else 1.0
    for group in optimiser.param_groups:
        group["lr"] = config.lr * scale


def optimiser_tensors(model: nn.Module, optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimiser's state as flat named tensors, ``optimiser.<parameter>/<moment>``."""
    return {
        f"{PREFIX}{name}/{key}": torch.as_tensor(value)
        for name, weight in model.named_parameters()
        for key, value in optimiser.state.get(weight, {}).items()
        if value is not None
    }


def load_optimiser_tensors(model: nn.Module, optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Undo `optimiser_tensors`."""
    for name, weight in model.named_parameters():
        prefix = f"{PREFIX}{name}/"
        state = {key.removeprefix(prefix): value.clone() for key, value in tensors.items() if key.startswith(prefix)}
        if state:
            optimiser.state[weight] = state
