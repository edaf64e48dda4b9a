"""Training losses with a progress measure of modular addition added: cross-entropy ± weight · measure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import log, pi
from typing import TYPE_CHECKING, Literal

from latebloom._errors import UsageError
from latebloom.models.training_loss import TRAINING_LOSSES, TrainingLoss

if TYPE_CHECKING:
    import torch
    from jaxtyping import Float, Int
    from torch import Tensor

    Logits = Float[Tensor, "batch loss_pos answer"]
    Labels = Int[Tensor, "batch loss_pos"]

WEIGHT = 1.0
"""How much of the measure is added where the name of the loss does not say it. Arbitrary: as much as of the loss."""

ONE = (3,)
OTHER = (8,)
SEVERAL = (2, 5, 9)
"""The frequencies of the registered losses. Arbitrary, fixed before any run; there are 11 mod 23."""


@dataclass(frozen=True)
class MeasuredLoss:
    """What is added to the cross-entropy of a full batch of x + y mod p, from the examples of this batch alone.

    The right answer is x + y, so cos w(x + y) and sin w(x + y) with w = 2πk/p are functions of the labels. With P the
    projection of the logits L over the examples on these waves of ``frequencies`` k, ``measure`` is

        excluded: the cross-entropy of L - P L
        restricted: the cross-entropy of P L + the mean over the examples of (L - P L)

    ``sign``: "+" to lower it, "-" to raise it, which ends at ln p, the loss of guessing, so that the loss stays
    bounded. ``shuffled``: the waves belong to the examples in another, fixed order: directions of the same norm and
    number that say nothing about the answer. ``weight``: how much of the measure is added.
    Source: the write-up, "Future Directions" ("train on excluded loss") and its footnote 31 (from the train set alone).
    """

    sign: Literal["+", "-"]
    measure: Literal["excluded", "restricted"]
    frequencies: tuple[int, ...]
    shuffled: bool = False
    weight: float = WEIGHT

    @property
    def name(self) -> str:
        """As ``cross_entropy-excluded.3``, or ``cross_entropy-0.3_excluded.3`` with another weight than `WEIGHT`; with
        ``.shuffled`` at the end for a control."""
        weight = "" if self.weight == WEIGHT else f"{self.weight:g}_"
        parts = (self.measure, *map(str, self.frequencies), *(("shuffled",) if self.shuffled else ()))
        return f"cross_entropy{self.sign}{weight}{'.'.join(parts)}"

    @property
    def registered(self) -> TrainingLoss:
        """As `Training.loss` finds it."""
        return TrainingLoss(self.name, self.loss, full_batch_of="modular_addition")

    def value(self, logits: Logits, labels: Labels, dtype: torch.dtype | None = None) -> Float[Tensor, ""]:
        """The measure itself, in nats; in float64 where no dtype is given. Errors: UsageError for a task that reads its
        loss at several positions, or has no such frequency."""
        from latebloom.models.loss import DTYPE, cross_entropy

        dtype = dtype or DTYPE
        if labels.shape[1] != 1:
            raise UsageError(
                f"training.loss: got {self.name} for a task with {labels.shape[1]} positions with loss, expected "
                "modular_addition"
            )
        whole = logits[:, 0].to(dtype)
        most = (whole.shape[-1] - 1) // 2
        if max(self.frequencies) > most:
            raise UsageError(f"training.loss: got {self.name}, expected frequencies up to {most}")
        waves = self._waves(labels[:, 0], whole.shape[-1], dtype)
        along = waves @ (waves.T @ whole)
        rest = whole - along
        kept = rest if self.measure == "excluded" else along + rest.mean(0)
        return cross_entropy(kept[:, None], labels, dtype)

    def loss(self, logits: Logits, labels: Labels, dtype: torch.dtype | None = None) -> Float[Tensor, ""]:
        """The cross-entropy with the measure added."""
        from latebloom.models.loss import DTYPE, cross_entropy

        dtype = dtype or DTYPE
        plain, added = cross_entropy(logits, labels, dtype), self.value(logits, labels, dtype)
        if self.sign == "+":
            return plain + self.weight * added
        return plain - self.weight * added.clamp(max=log(logits.shape[-1]))

    def _waves(self, sums: Int[Tensor, " batch"], p: int, dtype: torch.dtype) -> Float[Tensor, "batch direction"]:
        """Orthonormal directions over the examples."""
        import torch

        if self.shuffled:
            sums = sums[torch.randperm(len(sums), generator=torch.Generator().manual_seed(0)).to(sums.device)]
        angles = (2 * pi / p) * sums[:, None].to(dtype) * torch.tensor(self.frequencies, device=sums.device)
        return torch.linalg.qr(torch.cat([angles.cos(), angles.sin()], 1)).Q


CHOOSE = MeasuredLoss("-", "excluded", ONE)
CHOOSE_OTHER = MeasuredLoss("-", "excluded", OTHER)
FORBID = MeasuredLoss("+", "excluded", ONE)
DEPEND = MeasuredLoss("-", "excluded", SEVERAL)
AVOID = MeasuredLoss("+", "excluded", SEVERAL)
RESTRICT = MeasuredLoss("+", "restricted", SEVERAL)

_TRUE = (CHOOSE, CHOOSE_OTHER, FORBID, DEPEND, AVOID, RESTRICT)
MEASURED_LOSSES = {one.name: one for one in (*_TRUE, *(replace(one, shuffled=True) for one in _TRUE))}
"""The losses of the study training-on-measures, those of its earlier rules among them, each with its control, by their
name as `TrainingLoss`."""

for _one in MEASURED_LOSSES.values():
    TRAINING_LOSSES.register(_one.registered)

_NAME = re.compile(r"cross_entropy([+-])(?:([0-9]+(?:[.][0-9]+)?)_)?(excluded|restricted)((?:\.[0-9]+)+)(\.shuffled)?")


def measured_loss(name: str) -> TrainingLoss | None:
    """The training loss of any `MeasuredLoss` by its name; None for another name, or one with frequencies that are not
    ascending from 1 on."""
    parts = _NAME.fullmatch(name)
    if parts is None:
        return None
    sign, weight, measure, ks, shuffled = parts.groups()
    frequencies = tuple(map(int, ks[1:].split(".")))
    found = MeasuredLoss(sign, measure, frequencies, bool(shuffled), float(weight or WEIGHT))  # type: ignore[arg-type]
    ascending = frequencies[0] > 0 and list(frequencies) == sorted(set(frequencies))
    return found.registered if ascending and found.name == name else None
