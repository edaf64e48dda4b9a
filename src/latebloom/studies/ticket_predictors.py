"""Which measures of the initial weights, and of the first updates, predict the frequencies that win."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np
from jaxtyping import Bool, Float
from torch import Tensor

from latebloom.analysis import Analysis
from latebloom.circuits.modular.cos_waves import cos_waves
from latebloom.circuits.modular.grid import Grid, modular_grid
from latebloom.claims import Quantity, Record, quantity
from latebloom.claims.claim import Statistic, SweepClaim, statistic
from latebloom.claims.embedding import key_frequencies
from latebloom.claims.learning import final_test_accuracy, test_90_at
from latebloom.claims.quantity import once
from latebloom.claims.region import Above, AllOf
from latebloom.claims.settings import generalised
from latebloom.claims.views import modular_task
from latebloom.fourier import energy_by_frequency, frequencies, phase_directions, transform
from latebloom.statistics import Estimate, auc, mean
from latebloom.studies.asked import asked
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import FRESH_SEED, small
from latebloom.studies.texts import found, shown
from latebloom.studies.winners import competitors, winners
from latebloom.training import Trainer

STEPS = 1500

FIRST = FRESH_SEED + 300
"""The first seed: what led to these rules was seen on seeds before it."""

EARLY = 10
"""The updates that count as the first ones: those in which the learning rate still rises; the first has none at all."""

GUESSING = 0.5
"""The AUC of a score that says nothing."""


@once
def _start(analysis: Analysis) -> tuple[Grid, Grid]:
    """The model on all pairs, with its initial weights and after the first updates."""
    trainer, task = Trainer(analysis.run.experiment), modular_task(analysis)
    before = modular_grid(trainer.model.double(), task)
    trainer = Trainer(analysis.run.experiment)
    trainer.advance(EARLY)
    return before, modular_grid(trainer.model.double(), task)


def _of_embedding(grid: Grid) -> Float[Tensor, " k"]:
    return energy_by_frequency(transform(grid.embedding, (0,))).sum(1)


def _of_neurons(grid: Grid) -> Float[Tensor, " k"]:
    return energy_by_frequency(transform(grid.neurons.mean(1), (0,))).sum(1)


def _of_sums(grid: Grid) -> Float[Tensor, " k"]:
    waves = phase_directions(grid.order, frequencies(grid.order), 1, grid.neurons.dtype)
    return (waves @ grid.neurons.flatten(0, 1)).square().sum(1).view(-1, 2).sum(1)


def _of_unembedding(grid: Grid) -> Float[Tensor, " k"]:
    return energy_by_frequency(transform(grid.w_logit, (1,)).T).sum(1)


def _aligned(grid: Grid) -> Float[Tensor, " k"]:
    return cos_waves(grid, frequencies(grid.order), 1).coefficients


MEASURED: dict[str, Callable[[Grid], Float[Tensor, " k"]]] = {
    "embedding": _of_embedding,
    "neurons": _of_neurons,
    "sums": _of_sums,
    "unembedding": _of_unembedding,
    "alignment": _aligned,
}
"""What is measured at each frequency. The last is large where neurons read and write it with matching phases."""

_TEXTS = {
    "embedding": "the embedding's energy",
    "neurons": "the energy of the neurons' mean response to an operand",
    "sums": "the energy of the neurons' response to the sum of the operands",
    "unembedding": "the energy of the neurons' map to the logits",
    "alignment": "the logits' coefficient on cos w(x + y - z)",
}


def _initially(what: str) -> Quantity:
    """A predictor from the initial weights."""

    @quantity("", f"{_TEXTS[what]} at each frequency with the initial weights", name=f"initial_{what}_by_frequency")
    def initially(analysis: Analysis) -> list[float]:
        return MEASURED[what](_start(analysis)[0]).tolist()

    return initially


def _by_update(what: str) -> Quantity:
    """A predictor from what the first updates change."""

    @quantity(
        "", f"what the first {EARLY} updates add to {_TEXTS[what]} at each frequency", name=f"early_{what}_by_frequency"
    )
    def by_update(analysis: Analysis) -> list[float]:
        before, after = map(MEASURED[what], _start(analysis))
        return (after - before).tolist()

    return by_update


PREDICTORS = {what: _initially(what) for what in MEASURED}
"""What the initial weights say of each frequency."""

UPDATES = {f"{what}, first updates": _by_update(what) for what in ("embedding", "alignment")}
"""What the gradient on the train set says of each frequency. Unlike the others these depend on the split."""

ALL = {**PREDICTORS, **UPDATES}

_JUDGED = (key_frequencies, test_90_at)

_READ = (*ALL.values(), *_JUDGED)

_OVER = "in the mean over seeds that generalise,"

_TOGETHER = (
    "the AUC for being a key frequency of all predictors together (Fisher's linear discriminant, fitted on all other "
    "seeds)"
)

Run = tuple[Float[np.ndarray, "k predictor"], Bool[np.ndarray, " k"]]


def _known(records: Sequence[Record], names: Iterable[str]) -> list[Run]:
    """Of each run that generalises, and in which some frequencies win and others do not: the predictors of these names,
    each less its mean over the frequencies and over their standard deviation, and which frequencies win."""
    runs = []
    for record in records:
        won = np.isin(competitors(record), list(winners(record)))
        if generalised(record) and 0 < won.sum() < len(won):
            values = np.array([record.value(ALL[name].name) for name in names], dtype=float).T
            runs.append(((values - values.mean(0)) / values.std(0), won))
    return runs


def held_out(runs: Sequence[Run]) -> list[float | None]:
    """The AUC of each run by Fisher's linear discriminant, fitted by least squares on all other runs together."""
    squares = [values.T @ values for values, _ in runs]
    products = [values.T @ won for values, won in runs]
    others = [(sum(squares) - own, sum(products) - mine) for own, mine in zip(squares, products)]
    weights = [np.linalg.lstsq(square, product)[0] for square, product in others]
    return [auc(values @ weight, won) for (values, won), weight in zip(runs, weights)]


def _permuted(runs: Sequence[Run]) -> list[Run]:
    """The runs with the predictors of other frequencies, drawn anew for each run."""
    draw = np.random.default_rng(0)
    return [(draw.permutation(values), won) for values, won in runs]


def _alone(name: str) -> Statistic:
    """How well one predictor says which frequencies win."""

    @statistic(
        "",
        f"the AUC for being a key frequency of {ALL[name].formula}, {_OVER}",
        ALL[name],
        *_JUDGED,
        name=f"auc_of_{ALL[name].name}",
    )
    def alone(records: Sequence[Record]) -> Estimate:
        return mean([auc(values[:, 0], won) for values, won in _known(records, [name])])

    return alone


def _less(one: Sequence[float | None], other: Sequence[float | None]) -> Estimate:
    """The mean of the differences."""
    return mean([a - b for a, b in zip(one, other, strict=True) if a is not None and b is not None])


@statistic("", f"{_TOGETHER}, {_OVER}", *_READ)
def auc_together(records: Sequence[Record]) -> Estimate:
    return mean(held_out(_known(records, ALL)))


@statistic("", f"{_TOGETHER}, less that of the initial embedding's energy alone, {_OVER}", *_READ)
def over_embedding(records: Sequence[Record]) -> Estimate:
    alone = _known(records, ["embedding"])
    return _less(held_out(_known(records, ALL)), [auc(values[:, 0], won) for values, won in alone])


@statistic("", f"the same less that of predictors dealt at random among the frequencies of each run, {_OVER}", *_READ)
def over_permuted(records: Sequence[Record]) -> Estimate:
    runs = _known(records, ALL)
    return _less(held_out(runs), held_out(_permuted(runs)))


@statistic("", f"{_TOGETHER}, less that of those of the initial weights together, {_OVER}", *_READ)
def over_weights(records: Sequence[Record]) -> Estimate:
    return _less(held_out(_known(records, ALL)), held_out(_known(records, PREDICTORS)))


_ALONE = {name: _alone(name) for name in ALL}


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    runs = {text: _known(records, names) for text, names in (("the weights", PREDICTORS), ("all", ALL))}
    rows = [(one.formula, shown(_ALONE[name].compute(records), "{:.2f}")) for name, one in ALL.items()]
    rows += [(f"{text} together, on other seeds", shown(mean(held_out(one)), "{:.2f}")) for text, one in runs.items()]
    rows.append(("all together, of other frequencies", shown(mean(held_out(_permuted(runs["all"]))), "{:.2f}")))
    return (Table(f"AUC for winning ({len(runs['all'])} runs)", ("predictor", "AUC"), rows),)


_claim = partial(asked, "ticket-predictors")


def _above_guessing(id: str, sentence: str, name: str) -> SweepClaim:
    one = _ALONE[name]
    return _claim(id, sentence, Above(one, GUESSING, "guessing"), f"the AUC is {found(one, '.2f')}")


STUDIES.register(
    Study(
        name="ticket-predictors",
        title="What predicts the winning frequencies?",
        question="Can it be predicted from the initial weights, and from the first gradients, which frequencies win?",
        place='W, "Future Directions"',
        hypothesis="The initial weights and the first updates together predict which frequencies win better than the "
        "energy of the initial embedding does alone.",
        design=f"x + y mod 23 in the small transformer, {STEPS} steps, each seed with weights and a split of its own. "
        "Of each frequency are measured: its energy in the initial embedding, in the neurons' responses to an operand "
        "and to the sum, and in their map to the logits; how far the phases of what neurons read and write agree, "
        "which is the logits' coefficient on cos w(x + y - z); and what the first "
        f"{EARLY} updates add to the embedding's energy and to that coefficient. A linear discriminant is fitted on "
        "all seeds but one, and scored on that one.",
        control="An AUC of 0.5 is guessing. The same discriminant, fitted and scored after the predictors of each run "
        "are dealt at random among its frequencies, is what so many predictors give by chance.",
        power="The full budget has 150 runs, the quick one 40. The AUC of one run varies by a quarter from run to run, "
        "so that 150 runs tell a mean AUC to within 0.04, and 40 to within 0.08.",
        changes="More updates before the prediction; a predictor that is not linear; a larger p, with more "
        "frequencies to choose from.",
        runs={"quick": (small(40, STEPS, first=FIRST),), "full": (small(150, STEPS, first=FIRST),)},
        claims=(
            _claim(
                "predictors-together",
                "All predictors together predict the winners better than the initial embedding's energy alone.",
                AllOf(Above(over_embedding, 0.0), Above(over_permuted, 0.0, "the control")),
                f"the AUC of all is {found(auc_together, '.2f')}, larger by {found(over_embedding, '.2f')} than that "
                f"of the embedding alone, and by {found(over_permuted, '.2f')} than that of permuted predictors",
                more=(auc_together,),
            ),
            _above_guessing(
                "predictors-neurons",
                "The frequencies to which the initial neurons respond most are likelier to win.",
                "neurons",
            ),
            _above_guessing(
                "predictors-alignment",
                "The frequencies at which initial neurons read and write with matching phases are likelier to win.",
                "alignment",
            ),
            _above_guessing(
                "predictors-first-updates",
                "The frequencies whose phases the first updates align most are likelier to win.",
                "alignment, first updates",
            ),
            _claim(
                "predictors-split",
                "The first updates, which depend on the split, say more than the initial weights alone.",
                Above(over_weights, 0.0),
                f"the AUC grows by {found(over_weights, '.2f')} with what the first updates add",
            ),
        ),
        shown=(final_test_accuracy,),
        tables=_tables,
        caveats="The measures go with winning, and need not be its causes. Each frequency's winning is predicted from "
        "its own measures alone, although frequencies compete. The first updates use weights and split at once, so "
        "`predictors-split` does not tell how much of what they add is due to the split. Runs that do not "
        "generalise are left out.",
        otherwise="The initial weights and the first updates together predict the winners no better than the energy of "
        "the initial embedding does alone, or no better than chance.",
    )
)
