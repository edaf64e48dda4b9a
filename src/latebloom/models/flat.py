"""All parameters of a model in one buffer, so that an update is one pass over it."""

import torch
from torch import Tensor, nn


def flatten_parameters(model: nn.Module) -> Tensor:
    """Move the parameters to one buffer, in the order of ``named_parameters``, and return it; they share its memory."""
    flat = torch.cat([weight.detach().flatten() for weight in model.parameters()])
    for weight, view in zip(model.parameters(), views(model, flat).values()):
        weight.data = view
    return flat


def views(model: nn.Module, flat: Tensor) -> dict[str, Tensor]:
    """Views of ``flat`` in the shapes of the parameters, by name."""
    sizes = [weight.numel() for weight in model.parameters()]
    parts = flat.split(sizes)
    return {name: part.view(weight.shape) for (name, weight), part in zip(model.named_parameters(), parts)}
