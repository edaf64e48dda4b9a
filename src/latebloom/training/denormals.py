"""Keep numbers too small to matter, and too slow to compute with, out of the backward pass."""

import torch
from jaxtyping import Float
from torch import Tensor

TINY = 1e-30
"""Far below what a float32 sum of ordinary gradients can notice, far above the smallest normal float32, 1.2e-38."""


def drop_tiny_gradients(
    logits: Float[Tensor, "batch loss_pos d_vocab_out"],
) -> Float[Tensor, "batch loss_pos d_vocab_out"]:
    """The same logits; entries of their gradient up to 1e-30 in size become zero.

    Once a model has memorised, the softmax gives most wrong answers a probability that in float32 is subnormal, and
    processors multiply subnormal numbers many times slower: a step of the memorised mainline model took six times as
    long (dev/LOG.md). The weights' gradients there were the same to the bit with and without.
    """
    if logits.requires_grad:
        logits.register_hook(lambda gradient: torch.nn.functional.hardshrink(gradient, TINY))
    return logits
