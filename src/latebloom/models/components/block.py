"""One transformer block: attention, then an MLP, each added to the residual stream; no LayerNorm."""

from jaxtyping import Float
from torch import Tensor, nn

from latebloom.models.components.attention import Attention
from latebloom.models.components.mlp import MLPLayer
from latebloom.models.hooks import Hooks


class Block(nn.Module):
    """resid_mid = residual_scale · resid_pre + attn_out; resid_post = resid_mid + mlp_out.

    ``mlp`` None: attention only.
    """

    attn: Attention
    mlp: MLPLayer | None

    def __init__(self, attn: Attention, mlp: MLPLayer | None, residual_scale: float = 1.0) -> None:
        super().__init__()
        self.attn = attn
        self.mlp = mlp
        self._residual_scale = residual_scale

    def forward(
        self, resid: Float[Tensor, "batch pos d_model"], hooks: Hooks, prefix: str, queries: Tensor | None
    ) -> Float[Tensor, "batch query d_model"]:
        resid = hooks(f"{prefix}.hook_resid_pre", resid)
        attn_out = self.attn(resid, hooks, f"{prefix}.attn", queries)
        return self.after_attention(resid if queries is None else resid[:, queries], attn_out, hooks, prefix)

    def after_attention(
        self,
        resid_pre: Float[Tensor, "batch query d_model"],
        attn_out: Float[Tensor, "batch query d_model"],
        hooks: Hooks,
        prefix: str,
    ) -> Float[Tensor, "batch query d_model"]:
        """The residual stream after the block, from the stream before it and the output of its attention."""
        attn_out = hooks(f"{prefix}.hook_attn_out", attn_out)
        resid_mid = hooks(f"{prefix}.hook_resid_mid", self._residual_scale * resid_pre + attn_out)
        if self.mlp is None:
            return hooks(f"{prefix}.hook_resid_post", resid_mid)
        mlp_out = hooks(f"{prefix}.hook_mlp_out", self.mlp(resid_mid, hooks, f"{prefix}.mlp"))
        return hooks(f"{prefix}.hook_resid_post", resid_mid + mlp_out)
