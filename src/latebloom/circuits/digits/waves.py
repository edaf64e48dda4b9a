"""Whether vectors of the ten digits follow waves mod 10, tested against the same vectors with the digits relabelled."""

from collections.abc import Callable, Iterable
from functools import cache

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latebloom._config import Config
from latebloom.circuits.digits.settings import FEW, HIGHER, RELABELLINGS
from latebloom.fourier import frequencies
from latebloom.tasks.digit_addition import BASE

ROUNDING = 1e-12
"""Shares that differ by less are equal."""

Share = Callable[[Tensor], Tensor]
"""What is tested: a function of the shares of energy at frequencies 1 … 5."""

_LARGEST = 2
"""Waves of every frequency but 5: cos and sin."""


class WaveTest(Config):
    """How much of the energy a few waves have, and the same after random relabellings of the digits.

    fraction: share of the energy at each frequency k = 1 … 5, without the constant. share: that of the waves tested.
    random: its average after `RELABELLINGS` relabellings. p: (b + 1) / (m + 1), where b of the m relabellings have at
    least as large a share.
    """

    fraction: dict[int, float]
    share: float
    random: float
    p: float

    @property
    def excess(self) -> float:
        """The share over that of relabelled digits: 1 on average where the digits' order plays no part."""
        return self.share / self.random


def strongest_higher(fraction: Float[Tensor, "... 5"]) -> Float[Tensor, "..."]:
    """The largest of the shares at frequencies 2 … 4, and of twice that at 5, which is a single wave."""
    return (fraction * _LARGEST / _counts())[..., HIGHER - 1 :].amax(-1)


def few_strongest(fraction: Float[Tensor, "... 5"]) -> Float[Tensor, "..."]:
    """The sum of the `FEW` largest shares."""
    return fraction.topk(FEW).values.sum(-1)


def waves_of_rows(
    blocks: Iterable[Float[Tensor, "10 column"]], share: Share = few_strongest, seed: int = 0
) -> WaveTest | None:
    """Waves in the rows of one or more matrices, which all count the same; None where no row varies.

    The energy of frequency k is that of the rows' projections on cos and sin of 2πk·digit/10. A model that treats
    digits as names without an order has the same distribution of shares with and without relabelling.
    """
    total = torch.zeros(BASE, BASE, dtype=torch.float64)
    for block in blocks:
        rows = block.double() - block.double().mean(0)
        energy = float(rows.square().sum())
        total += rows @ rows.T / energy if energy > 0 else 0
    return _test(total, _row_energy, share, seed)


def waves_of_tables(tables: Iterable[Float[Tensor, "10 10"]], seed: int = 0) -> WaveTest | None:
    """The few strongest waves cos 2πk(column - row)/10 with a positive coefficient in tables of right digit (row) and
    answer (column), which all count the same; both are relabelled alike. None where no table varies.

    A model that is right but knows no order of the digits has equal energy in every wave, before and after relabelling.
    """
    centred = [_centred(table.double()) for table in tables]
    scaled = [table / table.norm() for table in centred if float(table.norm()) > 0]
    return _test(torch.stack(scaled), _table_energy, few_strongest, seed) if scaled else None


def cosine_energy(tables: Float[Tensor, "... 10 10"]) -> Float[Tensor, "... 5"]:
    """Energy of centred tables along cos 2πk(column - row)/10, k = 1 … 5; 0 where the coefficient is negative."""
    along = torch.einsum("...ab,kab->...k", tables, _waves()).clamp(min=0)
    return along.square() / _counts()


def _centred(table: Float[Tensor, "10 10"]) -> Float[Tensor, "10 10"]:
    return table - table.mean(0) - table.mean(1, keepdim=True) + table.mean()


def _row_energy(products: Float[Tensor, "... 10 10"]) -> Float[Tensor, "... 5"]:
    return torch.einsum("...ab,kab->...k", products, _waves())


def _table_energy(tables: Float[Tensor, "... table 10 10"]) -> Float[Tensor, "... 5"]:
    return cosine_energy(tables).mean(-2)


def _test(matrix: Tensor, energy_of: Callable[[Tensor], Tensor], share: Share, seed: int) -> WaveTest | None:
    energy = energy_of(matrix)
    if float(energy.sum()) <= 0:
        return None
    orders = _orders(seed)
    relabelled = energy_of(matrix[..., orders[:, :, None], orders[:, None, :]].movedim(-3, 0))
    fraction, others = energy / energy.sum(), share(relabelled / relabelled.sum(-1, keepdim=True))
    own = float(share(fraction))
    return WaveTest(
        fraction=dict(zip(frequencies(BASE), fraction.tolist())),
        share=own,
        random=float(others.mean()),
        p=(int((others >= own - ROUNDING).sum()) + 1) / (RELABELLINGS + 1),
    )


@cache
def _waves() -> Float[Tensor, "5 10 10"]:
    """The projections on cos and sin of each frequency."""
    apart = torch.arange(BASE)[:, None] - torch.arange(BASE)
    turns = 2 * torch.pi / BASE * apart.double() * torch.tensor(list(frequencies(BASE)))[:, None, None]
    return turns.cos() * _counts()[:, None, None] / BASE


@cache
def _counts() -> Float[Tensor, " 5"]:
    """The number of waves of each frequency: cos and sin, and + - + - … alone for k = 5."""
    return torch.tensor([1.0 if 2 * k == BASE else 2.0 for k in frequencies(BASE)], dtype=torch.float64)


@cache
def _orders(seed: int) -> Int[Tensor, "relabelling 10"]:
    generator = torch.Generator().manual_seed(seed)
    return torch.stack([torch.randperm(BASE, generator=generator) for _ in range(RELABELLINGS)])
