"""Logits after ablating the heads or a residual connection of the last layer."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom.circuits.modular.plain_forward import all_pairs
from latebloom.circuits.modular.positions import Positions, positions
from latebloom.models import Transformer
from latebloom.models.hooks import NO_HOOKS
from latebloom.tasks import ModularTask

BATCH = 1024
"""Pairs that run at a time, since every activation of these is kept for a moment: 300 MB for the mainline's at once."""


@dataclass(frozen=True)
class LastLayer:
    """The last layer at the last position on all pairs of a `Grid` in its order, and the model after its attention.

    resid_pre: the residual stream before it. attn_out: the sum of its heads' outputs. resid_post: the stream after it;
    None where no norm follows, which alone needs it.
    logits: of the unchanged model.
    """

    model: Transformer
    order: Positions
    resid_pre: Float[Tensor, "xy d_model"]
    attn_out: Float[Tensor, "xy d_model"]
    resid_post: Float[Tensor, "xy d_model"] | None
    logits: Float[Tensor, "x y z"]

    @property
    def resid_mid(self) -> Float[Tensor, "xy d_model"]:
        """Residual stream between attention and MLP."""
        return self.resid_pre + self.attn_out

    def before_mlp(self, change: Float[Tensor, "xy d_model"]) -> Float[Tensor, "x y z"]:
        """Logits after a change of `resid_mid`, which both the MLP and the residual connection around it receive."""
        parts = zip(*(part.split(BATCH) for part in (self.resid_pre, self.attn_out, change)), strict=True)
        return self._grid(torch.cat([self._after(pre + out + delta) for pre, out, delta in parts]))

    def _after(self, mid: Float[Tensor, "pair d_model"]) -> Float[Tensor, "pair d_vocab_out"]:
        """Logits of some pairs from the stream between attention and MLP."""
        block = self.model.blocks[-1]
        if block.mlp is not None:
            mid = mid + block.mlp_out(block.mlp, mid[:, None], NO_HOOKS, "")[:, 0]
        return self.model.read_out(mid)

    def around_mlp(self, change: Float[Tensor, "xy d_model"]) -> Float[Tensor, "x y z"]:
        """Logits after a change of the residual connection around the MLP; the input of the MLP is unchanged."""
        if self.resid_post is None:
            return self.logits + self._grid(change @ self.model.unembed.W_U)
        return self._grid(self.model.read_out(self.resid_post + change))

    def _grid(self, logits: Float[Tensor, "xy d_vocab_out"]) -> Float[Tensor, "x y z"]:
        return _on_grid(logits, self.order)


@torch.no_grad()
def last_layer(model: Transformer, task: ModularTask) -> LastLayer:
    """Run a transformer on all pairs."""
    order = positions(task)
    tokens = order.of_pairs(all_pairs(task).unflatten(0, (task.p, task.p))).flatten(0, 1)
    parts = [_activations(model, task, rows) for rows in tokens.split(BATCH)]
    pre, attn_out, logits, *post = (torch.cat(part) for part in zip(*parts, strict=True))
    return LastLayer(model, order, pre, attn_out, post[0] if post else None, _on_grid(logits, order))


def _activations(model: Transformer, task: ModularTask, tokens: Int[Tensor, "batch pos"]) -> tuple[Tensor, ...]:
    """Of some pairs: the stream before the last layer, the output of its attention, the logits, and before a norm the
    stream after the layer."""
    logits, cache = model.run_with_cache(tokens, task.loss_positions)
    prefix = f"blocks.{model.config.n_layers - 1}.hook"
    attn_out, mid, post = (cache[f"{prefix}_{name}"][:, 0] for name in ("attn_out", "resid_mid", "resid_post"))
    parts = (mid - attn_out, attn_out, logits[:, 0])
    return parts if model.ln_final is None else (*parts, post)


def _on_grid(logits: Float[Tensor, "xy d_vocab_out"], order: Positions) -> Float[Tensor, "x y z"]:
    return order.of_answers(logits).unflatten(0, (len(order.x), len(order.y)))


def turned(change: Float[Tensor, "xy d_model"], generator: torch.Generator) -> Float[Tensor, "xy d_model"]:
    """The change multiplied by one random rotation: each example keeps its norm in a random direction, and a change
    that is common to all examples stays common."""
    gaussian = torch.randn(change.shape[-1], change.shape[-1], generator=generator, dtype=torch.float64)
    return change @ torch.linalg.qr(gaussian).Q.to(change)
