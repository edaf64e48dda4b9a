"""Grokfast-MA: AdamW on gradients whose slow part is amplified; the slow part is the mean of a window of past ones.

AdamW on g + λ_s · mean of the last w gradients, g included, as soon as there are w; before that, AdamW on g. With
λ_s = 0 it is AdamW. The window needs the memory of w copies of the weights. Published for modular multiplication
(p = 97): w = 100, λ_s = 5, Adam with learning rate 1e-3 and weight decay 0.01, which is L2 in the gradient there
(``decoupled`` false).
Source: Lee et al. 2024, "Grokfast: Accelerated Grokking by Amplifying Slow Gradients", arXiv 2405.20233, and
github.com/ironjr/grokfast, whose warm-up this is.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from latebloom._memory import check_bytes
from latebloom.training.optimisers.rule import UpdateRule
from latebloom.training.optimisers.settings import Decoupled, Optimiser

if TYPE_CHECKING:
    from torch import Tensor, nn

    from latebloom.training.optimisers.on_torch.filtered import FilteredAdam, Memory


BYTES_PER_WEIGHT = 4
"""Of a float32 gradient in the window."""


class GrokfastMASettings(Optimiser):
    """Settings of Grokfast-MA; those of AdamW as usual."""

    name: Literal["grokfast_ma"] = "grokfast_ma"
    window: int = Field(100, ge=1, le=10_000, description="w of grokfast_ma: the number of gradients in its mean")
    window_gain: float = Field(5.0, ge=0, description="λ of grokfast_ma: the factor of the mean that is added")
    decoupled: Decoupled = True


def amplified(settings: GrokfastMASettings, weight: Tensor, gradient: Tensor, memory: Memory) -> tuple[Tensor, Memory]:
    """The filter: g + λ · mean of the window, and the window with g in it.

    The sum of the window is kept in float64, which takes a step less time than reading the window, and is made anew
    each time the window is full: so rounding errors of large early gradients leave it with them.
    """
    import torch

    # Window and sum belong to this filter alone, so they are written in place; a copy would double the time.
    past = memory["past"] if "past" in memory else gradient.new_zeros(settings.window, *gradient.shape)
    # Trainings of earlier versions have a window without its sum.
    total = memory["total"] if "total" in memory else past.sum(0, dtype=torch.float64)
    count = memory.get("count", 0)
    place = count % settings.window
    total += gradient.double() - past[place]
    past[place] = gradient
    if place == settings.window - 1:
        torch.sum(past, 0, dtype=torch.float64, out=total)
    full = count + 1 >= settings.window
    mean = (total / settings.window).to(gradient.dtype)
    changed = torch.add(gradient, mean, alpha=settings.window_gain) if full else gradient
    return changed, {"past": past, "total": total, "count": count + 1}


def _build(model: nn.Module, settings: GrokfastMASettings) -> FilteredAdam:
    from latebloom.training.optimisers.on_torch.filtered import FilteredAdam

    weights = sum(weight.numel() for weight in model.parameters())
    what = f"optimiser.window: got {settings.window} gradients of {weights:.3g} weights"
    check_bytes(what, settings.window * weights * BYTES_PER_WEIGHT, "a smaller window")
    return FilteredAdam(model, settings, partial(amplified, settings), settings.decoupled)


GROKFAST_MA = UpdateRule("grokfast_ma", _build, settings=GrokfastMASettings)
