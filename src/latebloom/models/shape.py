"""The shape of a transformer in the words of TransformerLens, which nnsight and devinterp read too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from latebloom.models.transformer import TransformerConfig

_NORMS = {"none": None, "layernorm": "LN", "layernorm_pre": "LNPre"}


@dataclass(frozen=True)
class TransformerShape:
    """``model.cfg``: the fields of a TransformerLens configuration that describe one of our transformers.

    d_mlp: None where there is attention only, as there. Source of the names: TransformerLens, HookedTransformerConfig.
    """

    n_layers: int
    d_model: int
    n_heads: int
    d_head: int
    d_mlp: int | None
    d_vocab: int
    d_vocab_out: int
    n_ctx: int
    act_fn: str = "relu"
    normalization_type: str | None = None
    attn_only: bool = False
    attention_dir: str = "causal"
    positional_embedding_type: str = "standard"
    model_name: str = "latebloom"

    @classmethod
    def of(cls, config: TransformerConfig, d_vocab: int, d_vocab_out: int, n_ctx: int) -> TransformerShape:
        """The shape of a model with this configuration and these sizes of its vocabularies and its context."""
        return cls(
            n_layers=config.n_layers,
            d_model=config.d_model,
            n_heads=config.n_heads,
            d_head=config.d_head,
            d_mlp=config.d_mlp or None,
            d_vocab=d_vocab,
            d_vocab_out=d_vocab_out,
            n_ctx=n_ctx,
            act_fn=config.activation,
            normalization_type=_NORMS[config.norm],
            attn_only=not config.d_mlp,
            attention_dir=config.attention,
        )
