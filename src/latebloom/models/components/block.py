"""One transformer block: attention, then an MLP, each added to the residual stream, each after a norm or none."""

from jaxtyping import Float
from torch import Tensor, nn

from latebloom.models.components.attention import Attention
from latebloom.models.components.mlp import MLPLayer
from latebloom.models.components.norm import LayerNormPre
from latebloom.models.hooks import Hooks


class Block(nn.Module):
    """resid_mid = residual_scale · resid_pre + attn(ln1(resid_pre)); resid_post = resid_mid + mlp(ln2(resid_mid)).

    ``mlp`` None: attention only. ``ln1``, ``ln2`` None: no norm.
    """

    attn: Attention
    mlp: MLPLayer | None
    ln1: LayerNormPre | None
    ln2: LayerNormPre | None

    def __init__(
        self,
        attn: Attention,
        mlp: MLPLayer | None,
        residual_scale: float = 1.0,
        ln1: LayerNormPre | None = None,
        ln2: LayerNormPre | None = None,
    ) -> None:
        super().__init__()
        self.ln1 = ln1
        self.attn = attn
        self.ln2 = ln2
        self.mlp = mlp
        self._residual_scale = residual_scale

    def forward(
        self, resid: Float[Tensor, "batch pos d_model"], hooks: Hooks, prefix: str, queries: Tensor | None
    ) -> Float[Tensor, "batch query d_model"]:
        resid = hooks(f"{prefix}.hook_resid_pre", resid)
        attn_out = self.attn(self.read_by_attention(resid, hooks, prefix), hooks, f"{prefix}.attn", queries)
        return self.after_attention(resid if queries is None else resid[:, queries], attn_out, hooks, prefix)

    def read_by_attention(
        self, resid_pre: Float[Tensor, "*rows d_model"], hooks: Hooks, prefix: str
    ) -> Float[Tensor, "*rows d_model"]:
        """What attention reads: the residual stream, or its norm."""
        return resid_pre if self.ln1 is None else self.ln1(resid_pre, hooks, f"{prefix}.ln1")

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
        return hooks(f"{prefix}.hook_resid_post", resid_mid + self.mlp_out(self.mlp, resid_mid, hooks, prefix))

    def mlp_out(
        self, mlp: MLPLayer, resid_mid: Float[Tensor, "*rows d_model"], hooks: Hooks, prefix: str
    ) -> Float[Tensor, "*rows d_model"]:
        """The output of the MLP, after the norm of what it reads where there is one."""
        read = resid_mid if self.ln2 is None else self.ln2(resid_mid, hooks, f"{prefix}.ln2")
        return hooks(f"{prefix}.hook_mlp_out", mlp(read, hooks, f"{prefix}.mlp"))
