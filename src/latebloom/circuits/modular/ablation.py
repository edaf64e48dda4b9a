"""One row of the ablation table: a loss, the published one, and the losses of size-matched random controls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom._config import Config
from latebloom.circuits.modular.grid import Grid
from latebloom.published import published

WRITE_UP: Mapping[str, float] = MappingProxyType(
    {
        name: published(id).number
        for name, id in {
            "neurons: own polynomials": "ablation.neuron_polynomials",
            "logits: key directions": "mainline.restricted_loss",
            "logits: key 3x3 blocks": "ablation.key_blocks",
            "neurons: on read-out directions": "ablation.on_read_outs",
            "neurons: off read-out directions": "ablation.off_read_outs",
            "zero skip round MLP": "ablation.zero_mlp_residual",
            "mean skip round MLP": "ablation.mean_mlp_residual",
            "zero heads": "ablation.zero_heads",
            "zero skip round attention": "ablation.zero_attention_residual",
        }.items()
    }
)
"""Losses (nats) of the published mainline model (p = 113) under each ablation, for comparison only.

Source: P~, see ``published.toml``. The ablations of its clusters are left out: a cluster of the same frequency in
another model is another cluster.
"""


class Control(Config):
    """Losses (nats) of ``draws`` random changes of the same size. what: the change."""

    what: str
    draws: int
    mean: float
    min: float
    max: float


class Ablation(Config):
    """The loss (nats, mean over all pairs) after one change to the model.

    write_up: the published value for the mainline model, None where there is none. control: None where there is
    nothing to draw from (as when every frequency is key).
    """

    name: str
    loss: float
    write_up: float | None = None
    control: Control | None = None


@dataclass(frozen=True)
class Change:
    """An ablation not yet carried out. logits: after it. random: after a random change of the same size."""

    name: str
    logits: Callable[[], Float[Tensor, "x y z"]]
    what: str
    random: Callable[[torch.Generator], Float[Tensor, "x y z"]] | None

    def measure(self, grid: Grid, seed: int, draws: int) -> Ablation:
        """Carry it out. Every ablation draws from ``seed`` afresh, so that its control depends on no other."""
        # The published model is a transformer; what an MLP on the same task loses is no match for it.
        comparable = grid.task.name == "modular_addition" and grid.p == 113 and grid.pattern is not None
        return Ablation(
            name=self.name,
            loss=grid.loss(self.logits()),
            write_up=WRITE_UP.get(self.name) if comparable else None,
            control=None if self.random is None else self._control(grid, seed, draws),
        )

    def _control(self, grid: Grid, seed: int, draws: int) -> Control:
        assert self.random is not None
        generator = torch.Generator().manual_seed(seed)
        losses = [grid.loss(self.random(generator)) for _ in range(draws)]
        return Control(what=self.what, draws=draws, mean=sum(losses) / draws, min=min(losses), max=max(losses))
