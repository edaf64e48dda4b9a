"""The complete computation of a one-layer attention-only transformer at ``END``, as five small tables."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.models import Model, Transformer
from latebloom.tasks import SkipTrigrams
from latebloom.tasks.skip_trigrams import END

DESCRIBED = frozenset({"attention", "positions", "tied"})
"""Fields of the transformer that the tables describe whatever they are: ``END`` sees every position anyway."""


@dataclass(frozen=True, eq=False)
class EndTables:
    """The logits at ``END`` are exactly direct + Σ_head Σ_pos A · (token_logits + position_logits), with attention
    A = softmax over pos of (token_scores + position_scores): without LayerNorm or MLP there are no other terms.

    token_scores, position_scores: the QK circuit, that is the scores of each token and each position for
    ``END``'s query (at its position), divided by sqrt(d_head). token_logits, position_logits: the OV circuit, that is
    the logits written by attending to them. direct: the logits that the embeddings of ``END`` and of its position write
    past attention.
    Source: "A mathematical framework for transformer circuits" (Elhage et al. 2021), W_E W_QK W_Eᵀ and W_E W_OV W_U.
    """

    token_scores: Float[Tensor, "head d_vocab"]
    position_scores: Float[Tensor, "head pos"]
    token_logits: Float[Tensor, "head d_vocab d_vocab_out"]
    position_logits: Float[Tensor, "head pos d_vocab_out"]
    direct: Float[Tensor, " d_vocab_out"]

    def attention(self, tokens: Int[Tensor, "batch pos"]) -> Float[Tensor, "head batch pos"]:
        """Attention of ``END``, 0 … 1."""
        return (self.token_scores[:, tokens] + self.position_scores[:, None]).softmax(-1)

    def logits(self, tokens: Int[Tensor, "batch pos"]) -> Float[Tensor, "batch d_vocab_out"]:
        """The model's logits at ``END``."""
        attention = self.attention(tokens)
        which = torch.nn.functional.one_hot(tokens, self.token_scores.shape[1]).to(attention)
        by_token = torch.einsum("hbp,bpt->hbt", attention, which)
        from_tokens = torch.einsum("hbt,hto->bo", by_token, self.token_logits)
        return self.direct + from_tokens + torch.einsum("hbp,hpo->bo", attention, self.position_logits)

    def losses(self, tokens: Int[Tensor, "batch pos"], labels: Int[Tensor, "batch 1"]) -> Float[Tensor, " batch"]:
        """Cross-entropy of each example, in nats."""
        return torch.nn.functional.cross_entropy(self.logits(tokens), labels[:, 0], reduction="none")


@torch.no_grad()
def end_tables(model: Model, task: SkipTrigrams) -> EndTables:
    """The tables of a model, in float64.

    Errors: UsageError for a model with an MLP, of another depth or kind, or with a norm, biases or a mixed attention,
    which these tables do not describe.
    """
    if not isinstance(model, Transformer) or len(model.blocks) != 1 or model.blocks[0].mlp is not None:
        raise UsageError(
            "skip trigrams: got a model that is not a one-layer attention-only transformer; train one with "
            "--model.n_layers 1 --model.d_mlp 0"
        )
    other = sorted(model.config.architecture.keys() - DESCRIBED)
    if other:
        raise UsageError(
            f"skip trigrams: got a model whose {', '.join(other)} differs from the write-up's, expected the default; "
            "the tables of the weights do not describe its attention or its logits"
        )
    attn, embed, unembed = model.blocks[0].attn, model.embed.W_E.double(), model.unembed.W_U.double()
    positions = model.pos_embed.W_pos.double()
    end = embed[END] + positions[task.n_ctx - 1]
    query = torch.einsum("d,hdk->hk", end, attn.W_Q.double()) / attn.W_Q.shape[-1] ** 0.5
    score_weights = torch.einsum("hk,hdk->hd", query, attn.W_K.double())
    written = attn.W_V.double() @ attn.W_O.double() @ unembed
    past = model.config.residual_scale * end @ unembed
    return EndTables(score_weights @ embed.T, score_weights @ positions.T, embed @ written, positions @ written, past)
