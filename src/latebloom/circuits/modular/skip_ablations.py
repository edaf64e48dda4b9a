"""Logits after cutting the heads or a skip connection of the last layer."""

from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.modular.grid import all_pairs
from latebloom.models import Transformer
from latebloom.models.components import Block
from latebloom.models.hooks import PASS
from latebloom.tasks import ModularTask


@dataclass(frozen=True)
class LastLayer:
    """The last layer at ``=`` on all pairs (row x·p + y), and what comes after its attention.

    skip: residual stream before it. attn_out: what its heads add.
    """

    model: Transformer
    p: int
    skip: Float[Tensor, "xy 1 d_model"]
    attn_out: Float[Tensor, "xy 1 d_model"]

    def logits(
        self, resid_mid: Float[Tensor, "xy 1 d_model"], round_mlp: Float[Tensor, "#xy 1 d_model"]
    ) -> Float[Tensor, "x y z"]:
        """Logits where the MLP reads ``resid_mid`` while ``round_mlp`` takes the skip connection round it."""
        block = cast(Block, self.model.blocks[-1])
        added = 0 if block.mlp is None else block.mlp(resid_mid, PASS, "")
        logits = self.model.unembed(round_mlp + added)
        return logits[:, 0, : self.p].unflatten(0, (self.p, self.p))

    @property
    def resid_mid(self) -> Float[Tensor, "xy 1 d_model"]:
        """Residual stream between attention and MLP."""
        return self.skip + self.attn_out


@torch.no_grad()
def last_layer(model: Transformer, task: ModularTask) -> LastLayer:
    """Run a transformer on all pairs."""
    _, cache = model.run_with_cache(all_pairs(task), task.loss_positions)
    prefix = f"blocks.{model.config.n_layers - 1}"
    attn_out = cache[f"{prefix}.hook_attn_out"]
    return LastLayer(model, task.p, cache[f"{prefix}.hook_resid_mid"] - attn_out, attn_out)


def turned(change: Float[Tensor, "xy 1 d_model"], generator: torch.Generator) -> Float[Tensor, "xy 1 d_model"]:
    """The same change turned by one random rotation: per example its norm stays and its direction is random, and
    what is common to all examples stays common."""
    gaussian = torch.randn(change.shape[-1], change.shape[-1], generator=generator, dtype=torch.float64)
    return change @ torch.linalg.qr(gaussian).Q.to(change)
