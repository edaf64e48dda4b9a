"""One row of the ablation table: a loss, the published one, and the losses of size-matched random controls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from jaxtyping import Float

from latebloom._config import Config
from latebloom.published import published

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from latebloom.circuits.modular.grid import Grid

    Random = Callable[[torch.Generator], Float[Tensor, "x y z"]]
    """Makes the logits after one random change."""


@dataclass(frozen=True)
class Cut:
    """An ablation by name. words: the change in plain words. write_up: the loss (nats) of the published mainline model
    (p = 113) after it; None where none is published.

    Source: P ("Progress measures for grokking via mechanistic interpretability"), read second-hand.
    """

    name: str
    words: str
    write_up: float | None = None


KEY_DIRECTIONS = Cut(
    "logits: key directions",
    "keep only cos w(x ± y), sin w(x ± y) of the key frequencies in the logits",
    published("mainline.restricted_loss").number,
)
KEY_BLOCKS = Cut(
    "logits: key 3x3 blocks",
    "keep only the key frequencies' products of 1, cos, sin in the logits",
    published("ablation.key_blocks").number,
)
OWN_POLYNOMIALS = Cut(
    "neurons: own polynomials",
    "replace each clustered neuron by nine terms in waves of its own frequency",
    published("ablation.neuron_polynomials").number,
)
ON_READ_OUTS = Cut(
    "neurons: on read-out directions",
    "keep only the neuron directions that W_logit reads",
    published("ablation.on_read_outs").number,
)
OFF_READ_OUTS = Cut(
    "neurons: off read-out directions",
    "remove exactly the neuron directions that W_logit reads",
    published("ablation.off_read_outs").number,
)
ZERO_HEADS = Cut("zero heads", "zero the output of the attention heads", published("ablation.zero_heads").number)
# The names of these three are in stored results, so they stay.
ZERO_AROUND_ATTENTION = Cut(
    "zero skip round attention",
    "zero the residual connection around the attention layer",
    published("ablation.zero_attention_residual").number,
)
ZERO_AROUND_MLP = Cut(
    "zero skip round MLP", "zero the residual connection around the MLP", published("ablation.zero_mlp_residual").number
)
MEAN_AROUND_MLP = Cut(
    "mean skip round MLP",
    "replace the residual connection around the MLP by its mean",
    published("ablation.mean_mlp_residual").number,
)

CUTS = {
    cut.name: cut
    for cut in (
        KEY_DIRECTIONS,
        KEY_BLOCKS,
        OWN_POLYNOMIALS,
        ON_READ_OUTS,
        OFF_READ_OUTS,
        ZERO_HEADS,
        ZERO_AROUND_ATTENTION,
        ZERO_AROUND_MLP,
        MEAN_AROUND_MLP,
    )
}
"""Every ablation by name, except those of single clusters."""

DROP_CLUSTER = "drop cluster {k}"


def drop_cluster(k: int) -> Cut:
    """The ablation of one cluster. No loss is published: clusters of one frequency in two models are not the same."""
    return Cut(DROP_CLUSTER.format(k=k), f"zero all neurons of frequency {k}")


class Control(Config):
    """Losses (nats) of ``draws`` random changes of the same size. what: the change."""

    what: str
    draws: int
    mean: float
    median: float
    min: float
    max: float

    def place_of(self, loss: float) -> str:
        """Where a loss lies among these, in words."""
        if self.min <= loss <= self.max:
            side = "above" if loss > self.mean else "not above"
            return f"within the range after {self.draws} random changes, {side} their mean ({self.what})"
        return (
            f"{'higher' if loss > self.max else 'lower'} than after each of {self.draws} random changes ({self.what})"
        )


class Ablation(Config):
    """The loss (nats, mean over all pairs) after one change to the model.

    words: the change in plain words. write_up: the published value for the mainline model, None where there is none.
    control: None where there is nothing to draw from (as when every frequency is key). matched: a second control, of
    random neurons that are matched to a cluster in energy as well as in number; None for other ablations, and where no
    such neurons exist.
    """

    name: str
    words: str = ""
    loss: float
    write_up: float | None = None
    control: Control | None = None
    matched: Control | None = None

    def __repr__(self) -> str:
        beside = [f"{one.mean:.3g} after {one.what}" for one in self.controls]
        return f"{self.name}: loss {self.loss:.3g} nats{', ' if beside else ''}{', '.join(beside)}"

    __str__ = __repr__

    @property
    def of_cluster(self) -> bool:
        """Whether it zeroes one cluster of neurons."""
        return self.name.startswith(DROP_CLUSTER.partition("{")[0])

    @property
    def controls(self) -> tuple[Control, ...]:
        """The controls that exist."""
        return tuple(one for one in (self.control, self.matched) if one is not None)


@dataclass(frozen=True)
class Change:
    """An ablation not yet carried out. logits: after it. random: after a random change of the same size, which ``what``
    describes. matched: after a random change that is matched more closely, and its description."""

    cut: Cut
    logits: Callable[[], Float[Tensor, "x y z"]]
    what: str
    random: Random | None
    matched: tuple[str, Random] | None = None

    def measure(self, grid: Grid, seed: int, draws: int) -> Ablation:
        """Carry it out. Every ablation restarts from ``seed``, so that its control does not depend on other
        ablations."""
        # The published model is a transformer, so no published loss is given for an MLP on the same task.
        comparable = grid.task.name == "modular_addition" and grid.order == 113 and grid.pattern is not None
        return Ablation(
            name=self.cut.name,
            words=self.cut.words,
            loss=grid.loss(self.logits()),
            write_up=self.cut.write_up if comparable else None,
            control=None if self.random is None else _control(self.what, self.random, grid, seed, draws),
            matched=None if self.matched is None else _control(*self.matched, grid, seed, draws),
        )


def _control(what: str, random: Random, grid: Grid, seed: int, draws: int) -> Control:
    import torch

    generator = torch.Generator().manual_seed(seed)
    losses = [grid.loss(random(generator)) for _ in range(draws)]
    return Control(
        what=what, draws=draws, mean=sum(losses) / draws, median=median(losses), min=min(losses), max=max(losses)
    )
