"""The waves cos(2πk(x + s·y - z)/p) over (x, y, z): their share of the logits, and the loss of these waves alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latebloom.circuits.modular.grid import Grid, masked
from latebloom.circuits.modular.projections import phase_part
from latebloom.circuits.modular.unembedding import output_directions


@dataclass(frozen=True)
class CosWaves:
    """The waves of some frequencies k, and the logits' least-squares coefficients on them.

    The waves are orthogonal and have mean zero over z and over (x, y), so each coefficient is
    α_k = ⟨L, c_k⟩ / ⟨c_k, c_k⟩, whatever the logits' means. sums: x + s·y mod p of each pair. table: the fit
    Σ_k α_k c_k, which depends on the pair through that sum alone. Source: the write-up.
    """

    ks: tuple[int, ...]
    coefficients: Float[Tensor, " k"]
    sums: Int[Tensor, "x y"]
    table: Float[Tensor, "sum z"]

    @property
    def fit(self) -> Float[Tensor, "x y z"]:
        """Σ_k α_k cos(2πk(x + s·y - z)/p)."""
        return self.table[self.sums]

    def rows(self, mask: Bool[Tensor, "x y"] | None) -> Float[Tensor, "pair z"]:
        """The fit at the masked pairs, or at all of them."""
        return self.table[masked(self.sums, mask)]

    def loss(self, labels: Int[Tensor, "x y"]) -> float:
        """Mean cross-entropy (nats, float64) of the fit alone, over all pairs, among the n answers: the fit says
        nothing of extra ones."""
        return -float(self.table.double().log_softmax(1)[self.sums, labels].mean())


def cos_waves(grid: Grid, ks: Sequence[int], sign: int) -> CosWaves:
    """Fit Σ_k α_k cos(2πk(x + s·y - z)/p) to the logits by least squares."""
    p, dtype = grid.order, grid.logits.dtype
    part = phase_part(grid, ks, sign)
    # c_k = cos w(x + s·y) cos wz + sin w(x + s·y) sin wz. Dividing by p^1.5 turns coefficients on unit waves into
    # ⟨L, c_k⟩ / ⟨c_k, c_k⟩, both for the Nyquist wave (one term of norm p · √p) and for the others (two terms of norm
    # p/√2 · √(p/2)).
    terms = (part.coefficients * output_directions(p, ks, dtype)).sum(1) / p**1.5
    owner = torch.tensor([tuple(ks).index(k) for k in part.frequency], dtype=torch.long)
    coefficients = torch.zeros(len(ks), dtype=dtype).index_add(0, owner, terms)
    i = torch.arange(p)
    angle = 2 * torch.pi * ((torch.as_tensor(ks, dtype=torch.long)[:, None] * i) % p).double() / p
    by_turn = coefficients @ angle.cos().to(dtype)
    return CosWaves(tuple(ks), coefficients, (i[:, None] + sign * i) % p, by_turn[(i[:, None] - i) % p])


def cos_fit_fve(grid: Grid, waves: CosWaves) -> float | None:
    """R² of the fit on the logits centred over z and over (x, y); None where the logits are constant."""
    centred = grid.logits - grid.logits.mean(2, keepdim=True)
    centred = centred - centred.mean((0, 1))
    total = float(centred.square().sum())
    return 1 - float((centred - waves.fit).square().sum()) / total if total > 0 else None
