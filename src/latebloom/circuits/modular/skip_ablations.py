"""Logits after ablating the heads or a residual connection of the last layer."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.circuits.modular.plain_forward import all_pairs
from latebloom.models import Transformer
from latebloom.models.hooks import PASS
from latebloom.tasks import ModularTask


@dataclass(frozen=True)
class LastLayer:
    """The last layer at ``=`` on all pairs (row x·p + y), and the model after its attention.

    resid_pre: the residual stream before it. attn_out: the sum of its heads' outputs. logits: of the unchanged model.
    """

    model: Transformer
    p: int
    resid_pre: Float[Tensor, "xy d_model"]
    attn_out: Float[Tensor, "xy d_model"]
    logits: Float[Tensor, "x y z"]

    @property
    def resid_mid(self) -> Float[Tensor, "xy d_model"]:
        """Residual stream between attention and MLP."""
        return self.resid_pre + self.attn_out

    def before_mlp(self, change: Float[Tensor, "xy d_model"]) -> Float[Tensor, "x y z"]:
        """Logits after a change of `resid_mid`, which both the MLP and the residual connection around it receive."""
        mid = self.resid_mid + change
        block = self.model.blocks[-1]
        if block.mlp is not None:
            mid = mid + block.mlp(mid[:, None], PASS, "")[:, 0]
        return self._grid(mid @ self.model.unembed.W_U)

    def around_mlp(self, change: Float[Tensor, "xy d_model"]) -> Float[Tensor, "x y z"]:
        """Logits after a change of the residual connection around the MLP; the input of the MLP is unchanged."""
        return self.logits + self._grid(change @ self.model.unembed.W_U)

    def _grid(self, logits: Float[Tensor, "xy d_vocab_out"]) -> Float[Tensor, "x y z"]:
        return logits[:, : self.p].unflatten(0, (self.p, self.p))


@torch.no_grad()
def last_layer(model: Transformer, task: ModularTask) -> LastLayer:
    """Run a transformer on all pairs."""
    logits, cache = model.run_with_cache(all_pairs(task), task.loss_positions)
    prefix = f"blocks.{model.config.n_layers - 1}"
    attn_out, mid = cache[f"{prefix}.hook_attn_out"][:, 0], cache[f"{prefix}.hook_resid_mid"][:, 0]
    p = task.p
    return LastLayer(model, p, mid - attn_out, attn_out, logits[:, 0, :p].unflatten(0, (p, p)))


def turned(change: Float[Tensor, "xy d_model"], generator: torch.Generator) -> Float[Tensor, "xy d_model"]:
    """The same change turned by one random rotation: per example its norm stays and its direction is random, and
    what is common to all examples stays common."""
    gaussian = torch.randn(change.shape[-1], change.shape[-1], generator=generator, dtype=torch.float64)
    return change @ torch.linalg.qr(gaussian).Q.to(change)
