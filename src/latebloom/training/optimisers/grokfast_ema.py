"""Grokfast-EMA: AdamW on gradients whose slow part is amplified; the slow part is an exponential moving average.

s ← αs + (1-α)g (s = g in the first update),  then AdamW on g + λ_s·s. With λ_s = 0 it is AdamW.
Published for modular multiplication (p = 97): α = 0.98, λ_s = 2, Adam with learning rate 1e-3 and weight decay 0.005,
which is L2 in the gradient there (``decoupled`` false).
Source: Lee et al. 2024, "Grokfast: Accelerated Grokking by Amplifying Slow Gradients", arXiv 2405.20233, and
github.com/ironjr/grokfast.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from latebloom.training.optimisers.rule import UpdateRule
from latebloom.training.optimisers.settings import Decay, Decoupled, Optimiser

if TYPE_CHECKING:
    from torch import Tensor, nn

    from latebloom.training.optimisers.on_torch.filtered import FilteredAdam, Memory


class GrokfastEMASettings(Optimiser):
    """Settings of Grokfast-EMA; those of AdamW as usual."""

    name: Literal["grokfast_ema"] = "grokfast_ema"
    slow_decay: Decay = Field(0.98, description="α of grokfast_ema: the decay of the average of past gradients")
    slow_gain: float = Field(2.0, ge=0, description="λ of grokfast_ema: the factor of the average that is added")
    decoupled: Decoupled = True


def amplified(settings: GrokfastEMASettings, weight: Tensor, gradient: Tensor, memory: Memory) -> tuple[Tensor, Memory]:
    """The filter: g + λ·s, and the new average s."""
    slow = gradient.lerp(memory["slow"], settings.slow_decay) if "slow" in memory else gradient.clone()
    return gradient.add(slow, alpha=settings.slow_gain), {"slow": slow}


def _build(model: nn.Module, settings: GrokfastEMASettings) -> FilteredAdam:
    from latebloom.training.optimisers.on_torch.filtered import FilteredAdam

    return FilteredAdam(model, settings, partial(amplified, settings), settings.decoupled)


GROKFAST_EMA = UpdateRule("grokfast_ema", _build, settings=GrokfastEMASettings)
