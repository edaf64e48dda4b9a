"""What `explain` says of a model on a modular task: the figures of the contract."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom._text import html_table
from latebloom.circuits.modular.cos_waves import cos_fit_fve, cos_waves
from latebloom.circuits.modular.embedding import embedding_fractions
from latebloom.circuits.modular.grid import Grid, modular_grid
from latebloom.circuits.modular.key_frequencies import key_frequencies
from latebloom.circuits.modular.neurons import neuron_clusters
from latebloom.circuits.modular.projections import excluded_logits, restricted_logits
from latebloom.circuits.modular.trig_variance import trig_fve
from latebloom.fourier import frequencies, gini
from latebloom.models import Model
from latebloom.models import sum_squared_weights as weights_norm
from latebloom.tasks import ModularTask


class Losses(Config):
    """Mean cross-entropies in nats; None where there is no such set, or the quantity is not defined."""

    all: float | None
    train: float | None = None
    test: float | None = None


class ExcludedLosses(Config):
    """Losses without the phase directions: of every key frequency together, and of one at a time over all pairs."""

    all: float | None
    train: float | None = None
    by_frequency: dict[int, float] = Field(default_factory=dict)


class EmbeddingFigures(Config):
    """Share of the embedding's energy at each frequency, constant apart, and their Gini coefficient."""

    fraction: dict[int, float | None]
    gini: float | None


class NeuronFigures(Config):
    """Live neurons, the share of them in a cluster, and the size of each cluster."""

    live: int
    clustered_fraction: float | None
    clusters: dict[int, int]


class LogitFigures(Config):
    """The cos fit (coefficients, variance explained, loss), and the variance along the trig directions."""

    cos_coefficients: dict[int, float]
    fve_cos_fit: float | None
    loss_cos_fit: float | None
    fve_trig_directions: float | None


class Explanation(Config):
    """The figures of `latebloom explain --json`; formulas in the functions that compute them and in docs/measures.md.

    All figures are over all p² pairs unless named train or test. None: not defined, because there is no key frequency,
    no split, or no direction cos w(x ± y) that the task's answer depends on.
    """

    task: str
    p: int
    accuracy: float
    loss: Losses
    key_frequencies: list[int]
    embedding: EmbeddingFigures
    neurons: NeuronFigures
    logits: LogitFigures
    restricted_loss: Losses
    excluded_loss: ExcludedLosses
    sum_squared_weights: float

    def rows(self) -> list[tuple[str, str]]:
        """The explanation as (quantity, value) pairs, for people."""
        clusters = ", ".join(f"{k}: {n}" for k, n in self.neurons.clusters.items()) or "none"
        waves = ", ".join(f"{k}: {a:.4g}" for k, a in self.logits.cos_coefficients.items()) or "none"
        number = _number
        return [
            ("task", f"{self.task}, p = {self.p}"),
            ("accuracy, all pairs", f"{self.accuracy:.6g}"),
            ("loss (all / train / test)", " / ".join(map(number, (self.loss.all, self.loss.train, self.loss.test)))),
            ("key frequencies", ", ".join(map(str, self.key_frequencies)) or "none"),
            ("embedding Gini", number(self.embedding.gini)),
            ("neurons live", str(self.neurons.live)),
            ("neurons in clusters", f"{number(self.neurons.clustered_fraction)}  ({clusters})"),
            ("cos w(x±y-z) coefficients", waves),
            ("variance explained by cos fit", number(self.logits.fve_cos_fit)),
            ("loss of cos fit", number(self.logits.loss_cos_fit)),
            ("variance along trig directions", number(self.logits.fve_trig_directions)),
            ("restricted loss, all pairs", number(self.restricted_loss.all)),
            ("excluded loss (all / train)", f"{number(self.excluded_loss.all)} / {number(self.excluded_loss.train)}"),
            ("sum of squared weights", number(self.sum_squared_weights)),
        ]

    def _repr_html_(self) -> str:
        return html_table(self.rows())


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.4g}"


@torch.no_grad()
def explain_model(
    model: Model,
    task: ModularTask,
    train_mask: Bool[Tensor, "x y"] | None = None,
    rule: str = "neurons",
    sum_squared_weights: float | None = None,
) -> Explanation:
    """Reverse-engineer a model on a modular task, in float64.

    ``train_mask``: which pairs it was trained on, where known. ``rule``: how key frequencies are chosen.
    ``sum_squared_weights``: of the weights as stored, where they hold more than the model.
    Errors: UsageError for an unknown rule or kind of model, or where the logits overflow.
    """
    grid = modular_grid(copy.deepcopy(model).double(), task)
    if not bool(grid.logits.isfinite().all()):
        raise UsageError(
            "model: its logits are not finite numbers, so there is nothing to explain; its weights diverged"
        )
    squares = weights_norm(model.parameters())
    stored = squares if sum_squared_weights is None else sum_squared_weights
    return explain_grid(grid, train_mask, key_frequencies(grid, rule), stored)


def explain_grid(
    grid: Grid, train_mask: Bool[Tensor, "x y"] | None, keys: Sequence[int], sum_squared_weights: float
) -> Explanation:
    """The figures of a model already run on all pairs, for these key frequencies."""
    clusters = neuron_clusters(grid)
    fractions = embedding_fractions(grid.embedding)
    return Explanation(
        task=grid.task.name,
        p=grid.p,
        accuracy=grid.accuracy(),
        loss=_losses(grid, grid.logits, train_mask),
        key_frequencies=list(keys),
        embedding=EmbeddingFigures(
            fraction={k: None if fractions is None else float(fractions[k - 1]) for k in frequencies(grid.p)},
            gini=None if fractions is None else gini(fractions),
        ),
        neurons=NeuronFigures(
            live=int(clusters.live.sum()),
            clustered_fraction=clusters.clustered_fraction,
            clusters=clusters.sizes,
        ),
        **_wave_figures(grid, train_mask, keys),
        sum_squared_weights=sum_squared_weights,
    )


def _wave_figures(grid: Grid, mask: Bool[Tensor, "x y"] | None, keys: Sequence[int]) -> dict[str, Any]:
    sign = grid.task.phase_sign
    if sign is None or not keys:
        nothing = LogitFigures(cos_coefficients={}, fve_cos_fit=None, loss_cos_fit=None, fve_trig_directions=None)
        return {"logits": nothing, "restricted_loss": Losses(all=None), "excluded_loss": ExcludedLosses(all=None)}
    waves = cos_waves(grid, keys, sign)
    without = _losses(grid, excluded_logits(grid, keys, sign), mask)
    return {
        "logits": LogitFigures(
            cos_coefficients={k: float(a) for k, a in zip(keys, waves.coefficients)},
            fve_cos_fit=cos_fit_fve(grid, waves),
            loss_cos_fit=waves.loss(grid.labels),
            fve_trig_directions=trig_fve(grid, keys, sign),
        ),
        "restricted_loss": _losses(grid, restricted_logits(grid, keys, sign), mask),
        "excluded_loss": ExcludedLosses(
            all=without.all,
            train=without.train,
            by_frequency={k: grid.loss(excluded_logits(grid, [k], sign)) for k in keys},
        ),
    }


def _losses(grid: Grid, logits: Float[Tensor, "x y z"], mask: Bool[Tensor, "x y"] | None) -> Losses:
    losses = grid.pair_losses(logits)
    train = None if mask is None else float(losses[mask].mean())
    test = None if mask is None or bool(mask.all()) else float(losses[~mask].mean())
    return Losses(all=float(losses.mean()), train=train, test=test)
