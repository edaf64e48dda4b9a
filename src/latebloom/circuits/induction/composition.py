"""How much a later head reads the output of an earlier head, from weights alone, compared with random weights."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.models import Transformer
from latebloom.models.components import Attention

Into = Literal["q", "k", "v"]
INTO: tuple[Into, ...] = ("q", "k", "v")

DRAWS = 64
"""Random pairs of heads that give the mean and spread of the random score."""


@dataclass(frozen=True)
class Composition:
    """One pair of heads. score: as below, None where a head is all zero. excess: score minus the mean of random
    heads. z: excess over the standard deviation of random heads."""

    source: tuple[int, int]
    target: tuple[int, int]
    into: Into
    score: float | None
    excess: float | None
    z: float | None


@torch.no_grad()
def compositions(model: Transformer, into: Into = "k", seed: int = 0, draws: int = DRAWS) -> list[Composition]:
    """Every pair of an earlier and a later head; none for a one-layer model.

    With rows x of the residual stream, W_OV = W_V W_O and W_QK = W_Q W_Kᵀ (score x_q W_QK x_kᵀ / √d_head):
    K: ‖W_QK W_OVᵀ‖ / (‖W_QK‖ ‖W_OV‖), W_OV of the earlier head; Q: ‖W_OV W_QK‖; V: ‖W_OV W_OV'‖; Frobenius norms.
    Random heads: normal entries in the same shapes, from ``seed``; their scale cancels.
    Source: Elhage et al. 2021, "A mathematical framework for transformer circuits", composition of heads.
    Limits: the score does not use data, so it includes directions that no token has.
    """
    mean, spread = random_score(model.config.d_model, model.config.d_head, into, seed, draws)
    pairs = []
    for early in range(len(model.blocks)):
        for late in range(early + 1, len(model.blocks)):
            scores = pair_scores(model.blocks[early].attn, model.blocks[late].attn, into)
            for source, target in torch.cartesian_prod(*[torch.arange(model.config.n_heads)] * 2).view(-1, 2).tolist():
                value = float(scores[source, target])
                pair = ((early, source), (late, target), into)
                defined = value == value
                excess = value - mean
                pairs.append(Composition(*pair, *((value, excess, excess / spread) if defined else (None,) * 3)))
    return pairs


def pair_scores(early: Attention, late: Attention, into: Into) -> Float[Tensor, "head head"]:
    """Scores of each earlier head (rows) with each later one; NaN where a head is zero."""
    written = (early.W_V.double() @ early.W_O.double())[:, None]
    if into == "v":
        read = (late.W_V.double() @ late.W_O.double())[None]
        product = written @ read
    else:
        read = (late.W_Q.double() @ late.W_K.double().mT)[None]
        product = read @ written.mT if into == "k" else written @ read
    return product.norm(dim=(2, 3)) / (written.norm(dim=(2, 3)) * read.norm(dim=(2, 3)))


@cache
def random_score(d_model: int, d_head: int, into: Into, seed: int, draws: int) -> tuple[float, float]:
    """Mean and standard deviation of the score of two heads with normal entries."""
    generator = torch.Generator().manual_seed(seed)
    in_, out, first, second = torch.randn(4, draws, d_model, d_head, generator=generator, dtype=torch.float64).unbind()
    written, read = in_ @ out.mT, first @ second.mT
    product = read @ written.mT if into == "k" else written @ read
    scores = product.norm(dim=(1, 2)) / (written.norm(dim=(1, 2)) * read.norm(dim=(1, 2)))
    return float(scores.mean()), float(scores.std())
