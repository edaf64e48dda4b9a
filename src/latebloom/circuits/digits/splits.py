"""Loss and accuracy with and without a carry, and by the distance of the column that decides the carry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from jaxtyping import Bool

from latebloom._config import Config

if TYPE_CHECKING:
    from torch import Tensor

    from latebloom.circuits.digits.sums import Sums


SPLITS: Mapping[str, Callable[[Sums], Bool[Tensor, "batch place"]]] = MappingProxyType(
    {
        "no_carry": lambda sums: sums.carry == 0,
        "carry": lambda sums: sums.carry == 1,
        "short_chain": lambda sums: sums.reach <= 1,
        "long_chain": lambda sums: sums.reach >= 2,
    }
)
"""Parts of the answer digits: by the incoming carry, and by whether the next column decides it (`carry_reach`).

A long chain passes at least one column that adds up to 9: a tenth of all sums.
"""


class Part(Config):
    """Some answer digits: their number, mean cross-entropy (nats) and accuracy; None where there are none."""

    count: int
    loss: float | None
    accuracy: float | None


def split_parts(sums: Sums, place: int | None = None) -> dict[str, Part]:
    """Every part of ``SPLITS`` at one place, or at all places together."""
    import torch

    losses = torch.nn.functional.cross_entropy(
        sums.logits.double().flatten(0, 1), sums.answer.flatten(), reduction="none"
    ).view_as(sums.answer)
    right = (sums.logits.argmax(-1) == sums.answer).double()
    here = slice(None) if place is None else slice(place, place + 1)
    return {name: _part(losses[:, here], right[:, here], chosen(sums)[:, here]) for name, chosen in SPLITS.items()} | {
        "all": _part(losses[:, here], right[:, here], torch.ones_like(losses[:, here], dtype=torch.bool))
    }


def _part(losses: Tensor, right: Tensor, chosen: Tensor) -> Part:
    count = int(chosen.sum())
    if count == 0:
        return Part(count=0, loss=None, accuracy=None)
    return Part(count=count, loss=float(losses[chosen].mean()), accuracy=float(right[chosen].mean()))
