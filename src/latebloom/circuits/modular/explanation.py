"""The numbers that `latebloom explain` gives for a model of a modular task."""

import dataclasses
from collections.abc import Mapping
from math import log
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from pydantic import Field
from torch import Tensor

from latebloom._config import Config
from latebloom._text import Shown
from latebloom.circuits.modular.answers import DOES_TASK
from latebloom.circuits.modular.basis import DEFAULT_RULE
from latebloom.circuits.modular.clock_or_pizza import ClockOrPizza, clock_or_pizza
from latebloom.circuits.modular.cos_waves import cos_fit_fve, cos_waves
from latebloom.circuits.modular.embedding import embedding_fractions
from latebloom.circuits.modular.heads import attention_heads, shares_of
from latebloom.circuits.modular.order import NumberOrder, number_order
from latebloom.circuits.modular.plain_forward import check_finite
from latebloom.circuits.modular.projections import phase_part, restricted_table
from latebloom.circuits.modular.sum_losses import LessTables, table_losses
from latebloom.circuits.modular.trig_variance import trig_fve
from latebloom.circuits.modular.views import basis, clusters, grid, keys, phase, train_mask, trained_rows
from latebloom.fourier import frequencies, gini
from latebloom.measures import Snapshot
from latebloom.models import Model
from latebloom.tasks import ModularTask

_MOST = 0.5
"""Share of the variance of the logits from which on the cosines count as what a model computes with. Arbitrary."""


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


class HeadFigures(Config):
    """One head of the last layer: the frequency that explains most of its attention to x, the shares of the variance
    that this frequency and all key frequencies together explain, and its mean attention to the last position."""

    frequency: int | None
    fve: float | None
    fve_by_keys: float | None
    to_itself: float


class CircuitFigures(Config):
    """Clock or pizza; see `ClockOrPizza`."""

    gradient_symmetricity: float | None
    distance_irrelevance: float | None
    circularity: float | None


class Explanation(Shown, Config):
    """The numbers of `latebloom explain --json`. The functions that compute them and docs/measures.md give the
    formulas.

    accuracy and loss are over all pairs on which the operation is defined, unless named train or test. All other
    numbers are over the pairs of a `Grid`: for x·y and x/y these exclude the value 0, and frequencies are those of
    discrete logarithms, 1 … (p - 1)//2. A value is None if it is not defined: without a key frequency, a split, or a
    direction cos w(x ± y) that determines the answer.
    does_task: whether accuracy is at least one half. assumed: values missing from a file of weights; empty for runs.
    agreement: where the task was found from the model's answers, the share of its pairs that it answers as each
    operation does. order: the numbers at each position where these are not the same. heads: None without attention.
    Neurons and heads are those of the last layer.
    """

    task: str
    p: int
    does_task: bool
    assumed: dict[str, Any] = Field(default_factory=dict)
    agreement: dict[str, float] = Field(default_factory=dict)
    order: NumberOrder | None = None
    accuracy: float
    loss: Losses
    key_frequencies: list[int]
    embedding: EmbeddingFigures
    neurons: NeuronFigures
    heads: list[HeadFigures] | None = None
    clock_or_pizza: CircuitFigures = CircuitFigures(
        gradient_symmetricity=None, distance_irrelevance=None, circularity=None
    )
    logits: LogitFigures
    restricted_loss: Losses
    excluded_loss: ExcludedLosses
    sum_squared_weights: float

    def rows(self) -> list[tuple[str, str]]:
        """The explanation as (quantity, value) pairs, for printing."""
        fails = f"no: it answers {self.accuracy:.2%} of all pairs correctly, fewer than half"
        return [
            *([] if self.does_task else [("does the task", fails)]),
            *assumed_row(self.assumed),
            ("task", f"{self.task}, p = {self.p}"),
            *([("in words", self.sentence)] if self.does_task else []),
            *([] if self.order is None else [("order of the numbers", self.order.sentence)]),
            *self.figures(),
        ]

    @property
    def sentence(self) -> str:
        """What a model that answers at least half of all pairs computes, in one sentence."""
        keys, fve, without = self.key_frequencies, self.logits.fve_cos_fit, self.excluded_loss.all
        right = f"it answers {self.accuracy:.1%} of all pairs correctly"
        if self.loss.test is not None and self.loss.test >= log(self.p):
            return f"{right}, but on those that it was not trained on it is no better than guessing: it has memorised"
        if not keys:
            return f"{right}, but no frequency stands out: these numbers do not show how"
        named = f"frequenc{'y' if len(keys) == 1 else 'ies'} {', '.join(map(str, keys))}"
        if fve is None or without is None:
            return f"{right}, and uses the {named}, but no cosine of x ± y determines the answers of this operation"
        if fve < _MOST:
            return f"{right}, but cosines of the {named} explain only {fve:.1%} of the variance of its logits"
        return (
            f"it computes with waves of the {named}: cosines explain {fve:.1%} of the variance of its logits, and "
            f"without these waves its loss is {without:.3g} nats in place of {self.loss.all:.3g}"
        )

    def figures(self) -> list[tuple[str, str]]:
        """The numbers of `rows` alone, without what they are about."""
        clusters = ", ".join(f"{k}: {n}" for k, n in self.neurons.clusters.items()) or "none"
        waves = ", ".join(f"{k}: {a:.4g}" for k, a in self.logits.cos_coefficients.items()) or "none"
        number = _number
        return [
            ("accuracy, all pairs", f"{self.accuracy:.6g}"),
            ("loss (all / train / test)", " / ".join(map(number, (self.loss.all, self.loss.train, self.loss.test)))),
            ("key frequencies", ", ".join(map(str, self.key_frequencies)) or "none"),
            ("embedding Gini", number(self.embedding.gini)),
            ("neurons live", str(self.neurons.live)),
            ("neurons in clusters", f"{number(self.neurons.clustered_fraction)}  ({clusters})"),
            *self._head_rows(),
            ("cos w(x±y-z) coefficients", waves),
            ("variance explained by cos fit", number(self.logits.fve_cos_fit)),
            ("loss of cos fit", number(self.logits.loss_cos_fit)),
            ("variance along trig directions", number(self.logits.fve_trig_directions)),
            ("restricted loss, all pairs", number(self.restricted_loss.all)),
            ("excluded loss (all / train)", f"{number(self.excluded_loss.all)} / {number(self.excluded_loss.train)}"),
            ("gradient symmetricity", f"{number(self.clock_or_pizza.gradient_symmetricity)}  (clock 0, pizza 1)"),
            ("distance irrelevance", f"{number(self.clock_or_pizza.distance_irrelevance)}  (clock near 1, pizza 0)"),
            ("circularity", number(self.clock_or_pizza.circularity)),
            ("sum of squared weights", number(self.sum_squared_weights)),
        ]

    def _head_rows(self) -> list[tuple[str, str]]:
        if not self.heads:
            return []
        one = ", ".join("constant" if h.frequency is None else f"{h.frequency}: {_number(h.fve)}" for h in self.heads)
        together = ", ".join(_number(h.fve_by_keys) for h in self.heads)
        return [
            ("heads' variance, best frequency", one),
            ("heads' variance, all key frequencies", together),
        ]


def assumed_row(assumed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The row that lists what a file does not say; none where nothing is assumed."""
    text = ", ".join(f"{name} = {value}" for name, value in assumed.items())
    return [("assumed, because the file does not contain it", text)] if text else []


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.4g}"


@torch.no_grad()
def explain_model(
    model: Model, task: ModularTask, train_rows: Int[ndarray, " row"] | None = None, rule: str = DEFAULT_RULE
) -> Explanation:
    """Reverse-engineer a model on a modular task, in float64.

    ``train_rows``: which rows of ``task.universe()`` it was trained on, where known. ``rule``: how key frequencies are
    chosen. Errors: UsageError for an unknown rule or kind of model, or where the logits overflow.
    """
    return explain(Snapshot(model, task, train_rows=train_rows, basis_of=lambda snapshot: basis(snapshot, rule)))


@torch.no_grad()
def explain(snapshot: Snapshot) -> Explanation:
    """The explanation of a model with the key frequencies of its basis, in float64.

    Errors: UsageError for an unknown kind of model, or where the logits overflow.
    """
    exact = snapshot.exact
    whole = exact.get(grid)
    check_finite(whole.logits)
    by_frequency = exact.get(clusters)
    fractions = embedding_fractions(whole.embedding)
    accuracy = whole.accuracy()
    return Explanation(
        task=whole.task.name,
        p=whole.task.p,
        does_task=accuracy >= DOES_TASK,
        assumed=dict(snapshot.assumed),
        agreement={} if snapshot.answers is None else dict(snapshot.answers.agreement),
        order=number_order(whole.task),
        accuracy=accuracy,
        loss=mean_losses(whole.universe_losses, exact.get(trained_rows)),
        key_frequencies=list(exact.get(keys)),
        embedding=EmbeddingFigures(
            fraction={k: None if fractions is None else float(fractions[k - 1]) for k in frequencies(whole.order)},
            gini=None if fractions is None else gini(fractions),
        ),
        neurons=NeuronFigures(
            live=int(by_frequency.live.sum()),
            clustered_fraction=by_frequency.clustered_fraction,
            clusters=by_frequency.sizes,
        ),
        heads=head_figures(exact),
        clock_or_pizza=circuit_figures(exact),
        **_wave_figures(exact),
        sum_squared_weights=snapshot.sum_squared_weights,
    )


def head_figures(snapshot: Snapshot) -> list[HeadFigures] | None:
    """The heads of the last layer, each also with the share of its variance that all key frequencies explain together;
    None for a model without attention."""
    whole = snapshot.get(grid)
    heads = attention_heads(whole)
    if heads is None:
        return None
    return [
        HeadFigures(
            frequency=head.frequency,
            fve=head.fve,
            fve_by_keys=share,
            to_itself=head.to_itself,
        )
        for head, share in zip(heads, shares_of(whole, snapshot.get(keys)), strict=True)
    ]


def circuit_figures(snapshot: Snapshot) -> CircuitFigures:
    """Clock or pizza, as far as it is defined: no gradients for a model that does not embed each operand."""
    found: ClockOrPizza = clock_or_pizza(snapshot.model, snapshot.get(grid))
    return CircuitFigures(**dataclasses.asdict(found))


def _wave_figures(snapshot: Snapshot) -> dict[str, Any]:
    grid_and_sign, ks, mask = snapshot.get(phase), snapshot.get(keys), snapshot.get(train_mask)
    if grid_and_sign is None:
        nothing = LogitFigures(cos_coefficients={}, fve_cos_fit=None, loss_cos_fit=None, fve_trig_directions=None)
        return {"logits": nothing, "restricted_loss": Losses(all=None), "excluded_loss": ExcludedLosses(all=None)}
    whole, sign = grid_and_sign
    waves = cos_waves(whole, ks, sign)
    part = phase_part(whole, ks, sign)
    every, *alone = LessTables(whole).losses(torch.stack([part.by_sum(some) for some in (ks, *([k] for k in ks))]))
    without = mean_losses(every.view_as(whole.labels), mask)
    return {
        "logits": LogitFigures(
            cos_coefficients={k: float(a) for k, a in zip(ks, waves.coefficients)},
            fve_cos_fit=cos_fit_fve(whole, waves),
            loss_cos_fit=waves.loss(whole.labels),
            fve_trig_directions=trig_fve(whole, ks, sign),
        ),
        "restricted_loss": mean_losses(table_losses(whole, restricted_table(whole, part)), mask),
        "excluded_loss": ExcludedLosses(
            all=without.all,
            train=without.train,
            by_frequency={k: float(loss.mean()) for k, loss in zip(ks, alone, strict=True)},
        ),
    }


def mean_losses(losses: Float[Tensor, "*pair"], trained: Bool[Tensor, "*pair"] | None) -> Losses:
    """Means over all pairs, the train set and the rest; None for a set that does not exist."""
    train = test = None
    if trained is not None:
        train = float(losses[trained].mean()) if bool(trained.any()) else None
        test = None if bool(trained.all()) else float(losses[~trained].mean())
    return Losses(all=float(losses.mean()), train=train, test=test)
