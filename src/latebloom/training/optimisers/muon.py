"""Muon: orthogonalised momentum for the matrices inside the network, AdamW for the rest.

For a matrix W: m ← μm + (1-μ)g,  u = μm + (1-μ)g (Nesterov),  W ← (1 - lr·λ)W - lr · √max(1, outputs / inputs) · O,
where O is u with its singular values set near 1 by five Newton-Schulz iterations: X ← aX + b(XXᵀ)X + c(XXᵀ)²X from
X = u / |u|.

The attention weights of a layer are one tensor with an axis of heads: each head's matrix is orthogonalised for itself,
since heads are separate maps and stacking them would share one set of singular values between them. Embeddings, the
unembedding and biases are AdamW's, as the source recommends: a row of an embedding is a vector of its own, not a part
of a linear map. Matrices have the layout of this package's models, inputs × outputs.
Source: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks", kellerjordan.github.io/posts/muon
(published: μ = 0.95, lr 0.02). Grokking: Tveit et al. 2025, "Muon Optimizer Accelerates Grokking", arXiv 2504.16041.
"""

from typing import Literal

from pydantic import Field

from latebloom._lazy import Deferred
from latebloom.training.optimisers.rule import UpdateRule
from latebloom.training.optimisers.settings import Decay, Optimiser


class MuonSettings(Optimiser):
    """Settings of Muon. ``lr``, ``betas``: of its AdamW. ``weight_decay``: of both."""

    name: Literal["muon"] = "muon"
    matrix_lr: float = Field(0.02, gt=0, description="learning rate of muon's matrices; lr is that of the rest")
    matrix_momentum: Decay = Field(0.95, description="momentum of muon's matrices")


MUON = UpdateRule("muon", Deferred("latebloom.training.optimisers.on_torch.muon:Muon"), settings=MuonSettings)
