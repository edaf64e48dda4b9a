"""Cross-entropy and accuracy at the positions that carry loss."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.tasks import IGNORE

DTYPE = torch.float64
"""The precision of a loss where none is asked for."""

TINY_GRADIENT = 1e-30
"""Entries of the logits' gradient up to this become zero in training.

Such values are too small to change a float32 sum of ordinary gradients, and far above the smallest normal float32,
1.2e-38. After memorisation the softmax assigns most wrong answers a probability that is subnormal in float32, and
processors multiply subnormal numbers many times slower: a step of the memorised mainline model took six times as long
(dev/LOG.md). Its weights had bit-identical gradients with and without this limit.
"""


def cross_entropy(
    logits: Float[Tensor, "batch loss_pos d_vocab_out"],
    labels: Int[Tensor, "batch loss_pos"],
    dtype: torch.dtype = DTYPE,
) -> Float[Tensor, ""]:
    """Mean cross-entropy in nats, with logits cast to ``dtype`` before log-softmax.

    The smallest positive loss in float32 is about 2⁻²³, its ε (`precision.rounds_to_zero`). Examples with a lower loss
    have no gradient, and the loss spikes. Source: the write-up, "Slingshot mechanism".
    """
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1).to(dtype), labels.flatten(), ignore_index=IGNORE)


def mean_squared_error(
    logits: Float[Tensor, "batch loss_pos d_vocab_out"],
    labels: Int[Tensor, "batch loss_pos"],
    dtype: torch.dtype = DTYPE,
) -> Float[Tensor, ""]:
    """Mean over labels and outputs of (logit - 1 where the output is right, else logit)².

    A model at its minimum has logits of 0 and 1, so its cross-entropy is ln(1 + (outputs - 1) / e), not 0.
    Source: Liu et al. 2022, "Omnigrok", and Gromov 2023, "Grokking modular arithmetic", who train with it.
    """
    counted = labels != IGNORE
    targets = torch.nn.functional.one_hot(labels[counted], logits.shape[-1]).to(dtype)
    return (logits[counted].to(dtype) - targets).square().mean()


def stablemax_cross_entropy(
    logits: Float[Tensor, "batch loss_pos d_vocab_out"],
    labels: Int[Tensor, "batch loss_pos"],
    dtype: torch.dtype = DTYPE,
) -> Float[Tensor, ""]:
    """Mean over labels of -ln(s(logit of the right answer) / Σ s(logit)), with s(x) = x + 1 for x ≥ 0 and 1 / (1 - x)
    below.

    s grows linearly instead of exponentially, so the loss of a right answer cannot be rounded to zero by larger logits:
    it falls like 1 / logit. Source: Prieto et al. 2025, "Grokking at the Edge of Numerical Stability", arXiv 2501.04697
    (StableMax); the published code has float64.
    """
    counted = labels != IGNORE
    chosen = logits[counted].to(dtype)
    # Without the clamp the side that is not taken would divide by zero at 1, and its gradient would not be a number.
    scores = torch.where(chosen >= 0, chosen + 1, 1 / (1 - chosen.clamp(max=0)))
    right = scores.gather(-1, labels[counted][:, None])[:, 0]
    return (scores.sum(-1).log() - right.log()).mean()


def per_label(
    logits: Float[Tensor, "batch loss_pos d_vocab_out"],
    labels: Int[Tensor, "batch loss_pos"],
    dtype: torch.dtype = DTYPE,
) -> tuple[Float[Tensor, "batch loss_pos"], Float[Tensor, "batch loss_pos"]]:
    """Loss of each label (nats), and whether the highest logit is right (1 or 0); both are 0 for ignored labels."""
    flat = logits.flatten(0, 1).to(dtype)
    losses = torch.nn.functional.cross_entropy(flat, labels.flatten(), ignore_index=IGNORE, reduction="none")
    right = (logits.argmax(-1) == labels).to(dtype)
    return losses.view(labels.shape), right
