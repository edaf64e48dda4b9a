"""Remove gradients from the backward pass that are too small to matter and slow to compute with."""

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.models import TINY_GRADIENT


def drop_tiny_gradients(
    logits: Float[Tensor, "batch loss_pos d_vocab_out"],
) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
    """The same logits; entries of their gradient with absolute value up to `TINY_GRADIENT` become zero."""
    if logits.requires_grad:
        logits.register_hook(lambda gradient: torch.nn.functional.hardshrink(gradient, TINY_GRADIENT))
    return logits
