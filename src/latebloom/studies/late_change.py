"""The late change: what competes in a model that has settled long ago?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from latebloom.analysis import Analysis
from latebloom.circuits.modular import views
from latebloom.circuits.modular.grid import modular_grid
from latebloom.circuits.modular.key_frequencies import key_frequencies
from latebloom.circuits.modular.plain_forward import all_pairs
from latebloom.circuits.modular.skip_ablations import turned
from latebloom.claims import Record, quantity
from latebloom.claims.claim import Statistic, SweepClaim, statistic
from latebloom.claims.late import DOUBLE, LATE, NOTICED, SPACING, WINDOW, times_at, windows
from latebloom.claims.learning import final_test_accuracy, series_of
from latebloom.claims.quantity import Quantity, Undefined, once
from latebloom.claims.region import Above, AllOf, Below
from latebloom.claims.settings import share_of
from latebloom.claims.verdict import HALF
from latebloom.claims.views import modular_task
from latebloom.measures.any_model import SUM_SQUARED_WEIGHTS
from latebloom.models import Hooks, Model, Transformer
from latebloom.phases import MEMORISATION_ENDS, SETTLES, Series
from latebloom.published import filled
from latebloom.statistics import Estimate, median_estimate
from latebloom.studies.study import STUDIES, Study, Table
from latebloom.studies.sweeps import seeds, small
from latebloom.studies.texts import found, shown
from latebloom.sweeps.spec import Spec
from latebloom.tasks import ModularTask

STEPS = 20_000
"""Steps of the small model: ten times those in which it settles."""

CLEAR = 0.1
"""A difference of accuracy that is more than a detail. Arbitrary."""


@dataclass(frozen=True)
class _Point:
    """A checkpoint. attention: of `=` to itself. weights: sum of squares by matrix."""

    step: int
    attention: float
    weights: dict[str, float]


@once
def _course(analysis: Analysis) -> list[_Point]:
    """All checkpoints. Errors: Undefined for another model than a transformer, and for too few checkpoints."""
    steps, points = analysis.run.checkpoints, []
    if len(steps) < 2 or np.diff(steps).max() > SPACING:
        raise Undefined(f"needs checkpoints every {SPACING} steps")
    for step in steps:
        model = analysis.run.checkpoint(step).model
        pattern = modular_grid(model, modular_task(analysis)).pattern
        if pattern is None:
            raise Undefined("the model has no attention")
        matrices = {
            name.rpartition(".")[2]: float(weight.detach().square().sum())
            for name, weight in model.named_parameters()
            if name.rpartition(".")[2].startswith("W_")
        }
        points.append(_Point(step, float(pattern[..., -1].mean()), matrices))
    return points


def _over(analysis: Analysis, values: Sequence[float]) -> Series:
    """A series over the checkpoints."""
    return Series(np.array([point.step for point in _course(analysis)], dtype=float), np.array(values))


def _attention(analysis: Analysis) -> Series:
    return _over(analysis, [point.attention for point in _course(analysis)])


def _start(analysis: Analysis) -> float:
    """The step at which test loss settles; where it never does, that at which memorisation ends."""
    for boundary in (SETTLES, MEMORISATION_ENDS):
        step = analysis.boundary(boundary)
        if step is not None:
            return step
    raise Undefined("the run neither settles nor memorises")


@once
def _moment(analysis: Analysis) -> float:
    """When the attention of `=` to itself rises most."""
    attention, start = _attention(analysis), _start(analysis)
    moments = attention.step[(attention.step >= start + WINDOW) & (attention.step <= attention.step[-1] - WINDOW)]
    if not len(moments):
        raise Undefined(f"no checkpoint has {WINDOW} steps on both sides since the run settled")
    return float(moments[times_at(attention, moments).argmax()])


def _times(series: Series, moment: float) -> float:
    return float(times_at(series, np.array([moment]))[0])


@quantity("steps", "the checkpoint since settling (of a run that never settles, since memorising) of the largest rise")
def rise_at(analysis: Analysis) -> float:
    return _moment(analysis)


@quantity(
    "times",
    f"the largest rise of the attention of `=` to itself since then, as the median of {WINDOW} steps after a "
    "checkpoint over that of as many before it,",
)
def rise_times(analysis: Analysis) -> float:
    return _times(_attention(analysis), _moment(analysis))


@quantity("share", "the attention of `=` to itself after that rise, by the same median,")
def rise_to(analysis: Analysis) -> float:
    return windows(_attention(analysis), _moment(analysis))[1]


@quantity("", "the matrix whose sum of squares changes by the largest factor at that rise")
def rise_matrix(analysis: Analysis) -> str:
    changes = {
        name: abs(np.log(_times(_over(analysis, [one.weights[name] for one in _course(analysis)]), _moment(analysis))))
        for name in _course(analysis)[0].weights
    }
    return max(changes, key=changes.__getitem__)


def _at_rise(column: str, what: str, name: str) -> Quantity:
    @quantity("times", f"{what} after that rise, over that before it, by the same medians,", name=name)
    def times(analysis: Analysis) -> float:
        return _times(series_of(analysis, column), _moment(analysis))

    return times


rise_weights = _at_rise(SUM_SQUARED_WEIGHTS.name, "the sum of all squared weights", "rise_weights_times")
rise_test_loss = _at_rise("test_loss", "test loss", "rise_test_loss_times")
rise_train_loss = _at_rise("train_loss", "train loss", "rise_train_loss_times")


@once
def _settled(analysis: Analysis) -> Model:
    """The model of the first checkpoint after test loss settles."""
    step = analysis.boundary(SETTLES)
    later = [one for one in analysis.run.checkpoints if step is not None and one >= step]
    if not later:
        raise Undefined("the run does not settle")
    return analysis.run.checkpoint(later[0]).model


def _keys(analysis: Analysis, model: Model) -> set[int]:
    grid = modular_grid(model.double(), modular_task(analysis))
    return set(key_frequencies(grid, views.DEFAULT_RULE))


@quantity("frequencies", "the number of frequencies that are key at settling or at the end, but not at both")
def frequencies_changed(analysis: Analysis) -> int:
    return len(_keys(analysis, _settled(analysis)) ^ _keys(analysis, analysis.run.checkpoint(analysis.step).model))


@dataclass(frozen=True)
class _Multipliers:
    """A one-layer transformer on all pairs, and without either of its multipliers.

    even, affine: the logits with each head's mean attention, and with each neuron's best affine function of its
    pre-activation.
    """

    labels: Tensor
    before: Float[Tensor, "pair neuron"]
    after: Float[Tensor, "pair neuron"]
    logits: Float[Tensor, "pair z"]
    even: Float[Tensor, "pair z"]
    affine: Float[Tensor, "pair z"]


@torch.no_grad()
def _multipliers(task: ModularTask, model: Model) -> _Multipliers:
    if not isinstance(model, Transformer) or model.config.n_layers != 1 or not model.config.d_mlp:
        raise Undefined("the model is not a transformer of one layer with neurons")
    model, tokens = model.double(), all_pairs(task)
    logits, cache = model.run_with_cache(tokens, task.loss_positions)
    before, after = (cache[f"blocks.0.mlp.hook_{name}"] for name in ("pre", "post"))
    x, y = before - before.mean(0), after - after.mean(0)
    slope = (x * y).sum(0) / x.square().sum(0).clamp(min=torch.finfo(x.dtype).tiny)

    def without(name: str, value: Tensor) -> Float[Tensor, "pair z"]:
        return model(tokens, task.loss_positions, Hooks({f"blocks.0.{name}": lambda _: value}))[:, 0]

    return _Multipliers(
        labels=modular_grid(model, task).labels.flatten(),
        before=before[:, 0],
        after=after[:, 0],
        logits=logits[:, 0],
        even=without("attn.hook_pattern", (pattern := cache["blocks.0.attn.hook_pattern"]).mean(0).expand_as(pattern)),
        affine=without("mlp.hook_post", after.mean(0) + slope * x),
    )


@once
def _at_end(analysis: Analysis) -> _Multipliers:
    return _multipliers(modular_task(analysis), analysis.run.checkpoint(analysis.step).model)


@once
def _at_settling(analysis: Analysis) -> _Multipliers:
    return _multipliers(modular_task(analysis), _settled(analysis))


def _product(values: Float[Tensor, "pair neuron"]) -> float:
    """The share of the neurons' variance over the pairs that is no sum of a function of x and one of y."""
    p = round(len(values) ** 0.5)
    square = (values - values.mean(0)).unflatten(0, (p, p))
    rest = square - square.mean(0, keepdim=True) - square.mean(1, keepdim=True)
    return float(rest.square().sum() / square.square().sum())


def _part(both: _Multipliers) -> float:
    return _product(both.before) / _product(both.after)


_PART = "the share of the variance of the pre-activations that is no sum of functions of x and of y, over that of the"


@quantity("share", f"{_PART} neurons, at the end,")
def attention_part(analysis: Analysis) -> float:
    return _part(_at_end(analysis))


@quantity("share", f"{_PART} neurons, at settling,")
def attention_part_at_settling(analysis: Analysis) -> float:
    return _part(_at_settling(analysis))


def _accuracy(both: _Multipliers, logits: Float[Tensor, "pair z"]) -> float:
    """Accuracy over all pairs, of the answers alone."""
    return float((logits[:, : both.logits.shape[1]].argmax(-1) == both.labels).double().mean())


def _turned_accuracy(both: _Multipliers, logits: Float[Tensor, "pair z"]) -> float:
    """The same if the logits change as much, in a random direction for each pair."""
    change = turned(logits - both.logits, torch.Generator().manual_seed(0))
    return _accuracy(both, both.logits + change)


@quantity("share", "accuracy over all pairs with each head's mean attention, at the end,")
def accuracy_even_attention(analysis: Analysis) -> float:
    return _accuracy(_at_end(analysis), _at_end(analysis).even)


@quantity("share", "accuracy with as large a change of the logits in a random direction")
def accuracy_even_attention_control(analysis: Analysis) -> float:
    return _turned_accuracy(_at_end(analysis), _at_end(analysis).even)


@quantity("share", "accuracy over all pairs with the best affine function of its input for each neuron, at the end,")
def accuracy_affine_neurons(analysis: Analysis) -> float:
    return _accuracy(_at_end(analysis), _at_end(analysis).affine)


@quantity("share", "accuracy with as large a change of the logits as that, in a random direction")
def accuracy_affine_neurons_control(analysis: Analysis) -> float:
    return _turned_accuracy(_at_end(analysis), _at_end(analysis).affine)


def _memories(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if record.setting("task.name") == "random_table"]


def _sums(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if record.setting("task.name") != "random_table"]


def _changes(record: Record) -> bool:
    """Whether `=` begins to attend to itself late."""
    times, to = record.value(rise_times.name), record.value(rise_to.name)
    return times is not None and times > DOUBLE and to is not None and to >= NOTICED


@statistic(
    "share",
    f"the share of the runs in which the attention of `=` to itself rises to more than {DOUBLE:g} times and to "
    f"{NOTICED:.0%} or more after settling",
    rise_times,
    rise_to,
)
def late_rises(records: Sequence[Record]) -> Estimate:
    return share_of(_sums(records), _changes)


@statistic("share", "the share of the runs on random answers in which it does after memorising", rise_times, rise_to)
def late_rises_in_memories(records: Sequence[Record]) -> Estimate:
    return share_of(_memories(records), _changes)


def _median_at_rise(one: Quantity) -> Statistic:
    @statistic(
        "times", f"the median over such runs of {one.formula}", rise_times, rise_to, one, name=f"median_{one.name}"
    )
    def median_at_rise(records: Sequence[Record]) -> Estimate:
        return median_estimate([run.value(one.name) for run in _sums(records) if _changes(run)])

    return median_at_rise


COSTS = {one: _median_at_rise(one) for one in (rise_weights, rise_test_loss, rise_train_loss)}


@statistic(
    "share", "the share of the runs whose key frequencies at the end are not those at settling", frequencies_changed
)
def frequencies_change(records: Sequence[Record]) -> Estimate:
    known = [run for run in _sums(records) if run.value(frequencies_changed.name) is not None]
    return share_of(known, lambda run: run.value(frequencies_changed.name) > 0)


@statistic(
    "share",
    "the accuracy with mean attention less that with affine neurons, in the median over runs,",
    accuracy_even_attention,
    accuracy_affine_neurons,
)
def relu_over_attention(records: Sequence[Record]) -> Estimate:
    pairs = [
        [run.value(one.name) for one in (accuracy_even_attention, accuracy_affine_neurons)] for run in _sums(records)
    ]
    return median_estimate([even - affine for even, affine in pairs if even is not None and affine is not None])


@statistic(
    "times",
    f"{_PART} neurons, at the end over the same at settling, in the median over runs,",
    attention_part,
    attention_part_at_settling,
)
def attention_part_times(records: Sequence[Record]) -> Estimate:
    pairs = [[run.value(one.name) for one in (attention_part, attention_part_at_settling)] for run in _sums(records)]
    return median_estimate([end / start for end, start in pairs if end is not None and start])


def _tables(records: Sequence[Record]) -> Sequence[Table]:
    changes = []
    for name, runs in (("sums", _sums(records)), ("random answers", _memories(records))):
        medians = [
            shown(median_estimate([run.value(one.name) for run in runs]), form)
            for one, form in ((rise_times, "{:.2f}"), (rise_to, "{:.2%}"))
        ]
        changes.append((name, str(len(runs)), shown(share_of(runs, _changes)), *medians))
    matrices = _by_matrix(_sums(records))
    measured = (
        attention_part_at_settling,
        attention_part,
        accuracy_even_attention,
        accuracy_even_attention_control,
        accuracy_affine_neurons,
        accuracy_affine_neurons_control,
    )
    sums = _sums(records)
    multiply = [
        (one.formula.rstrip(","), shown(median_estimate([run.value(one.name) for run in sums]), "{:.1%}"))
        for one in measured
    ]
    return (
        Table(
            "The attention of `=` to itself, at its largest rise",
            ("task", "runs", "late change", "times", "to"),
            changes,
        ),
        Table("The matrix that changes most at that rise", ("matrix", "runs"), matrices),
        Table("What multiplies", ("measured", "median over runs"), multiply),
    )


def _by_matrix(records: Sequence[Record]) -> list[tuple[str, str]]:
    """How many runs each matrix changes most in, the most frequent first."""
    names = [name for run in records if (name := run.value(rise_matrix.name)) is not None]
    return [(name, str(names.count(name))) for name in sorted(set(names), key=lambda name: (-names.count(name), name))]


def _quick() -> tuple[Spec, ...]:
    recorded = ("--data.fraction", "0.7", "--recording.checkpoints", str(SPACING), "--recording.metrics", "50")
    return (small(6, STEPS, *recorded), small(5, STEPS, *recorded, "--task.name", "random_table"))


def _full() -> tuple[Spec, ...]:
    """The runs of the write-up's length, which are also those of the system ``late``, with more seeds and a control."""
    recorded = ("--recording.checkpoints", str(SPACING), "--recording.metrics", "50")
    settings = ("--training.steps", str(LATE), *recorded)
    return (
        Spec(recipe="mainline", seeds=seeds(10), settings=settings),
        Spec(recipe="memorise", seeds=seeds(5), settings=settings),
    )


_make = partial(SweepClaim, system="study-late-change")

STUDIES.register(
    Study(
        name="late-change",
        title="The late change",
        question=filled("Why is there another phase change at epoch {mainline.late_change}, and what competes?"),
        place='W, "Future Directions", and footnote 27',
        hypothesis="The late change is a rule, not an accident: in most runs `=` begins to attend to itself long after "
        "the model has settled.",
        design=f"Quick: x + y mod 23 on 70 % of the pairs to step {STEPS}, ten times as long as it takes to settle. "
        f"Full: mod 113 to step {LATE}. The moment is that at which the attention of `=` to itself rises most; at it, "
        "weights and losses are compared before and after. Key frequencies at settling and at the end tell whether "
        "frequencies still compete. Each multiplier is taken out of the final model: attention varies no more, or each "
        "neuron becomes an affine function of its input.",
        control="Runs as long on random answers; a change of the logits of the same size in a random direction.",
        power="Six runs of six have an interval from 61 %, and none of six one to 39 %.",
        changes="p: the change was seen at p = 113; more steps; the precision of the loss.",
        runs={"quick": _quick(), "full": _full()},
        claims=(
            _make(
                id="late-change-comes-back",
                sentence="In most runs `=` begins to attend to itself long after the model has settled.",
                place="W, footnote 27, for one run",
                published="in one run",
                region=Above(late_rises, HALF, "more often than not"),
                finding=f"`=` begins to attend to itself late in {found(late_rises)} of the runs, and in "
                f"{found(late_rises_in_memories)} of those on random answers",
                statistics=(late_rises, late_rises_in_memories),
            ),
            _make(
                id="late-change-costs",
                sentence="Where it does, the weights become smaller and test loss becomes larger.",
                place="W, footnote 27",
                published="a smaller norm, a larger test loss",
                region=AllOf(Below(COSTS[rise_weights], 1.0), Above(COSTS[rise_test_loss], 1.0)),
                finding="the sum of squared weights becomes "
                f"{found(COSTS[rise_weights], '.3f')} times as large, test loss {found(COSTS[rise_test_loss], '.2f')} "
                f"times, and train loss {found(COSTS[rise_train_loss], '.2f')} times",
                statistics=tuple(COSTS.values()),
            ),
            _make(
                id="late-frequencies-compete",
                sentence="Frequencies go on competing after the model has settled.",
                place='W, "Future Directions"',
                published="asked",
                region=Above(frequencies_change, HALF, "more often than not"),
                finding=f"other frequencies are key frequencies at the end in {found(frequencies_change)} of the runs",
                statistics=(frequencies_change,),
            ),
            _make(
                id="late-relu-multiplies",
                sentence="The neurons multiply more than attention does: without their bend more accuracy is lost.",
                place='W, "Future Directions"',
                published="asked",
                region=Above(relu_over_attention, CLEAR, "arbitrary"),
                finding=f"with mean attention {found(relu_over_attention)} more of the accuracy is left than with "
                "affine neurons",
                statistics=(relu_over_attention,),
            ),
            _make(
                id="late-attention-gives-way",
                sentence="Attention's part in multiplying becomes smaller after the model has settled.",
                place='W, "Future Directions"',
                published="asked",
                region=Below(attention_part_times, 1.0),
                finding=f"attention's part at the end is {found(attention_part_times, '.2f')} times that at settling",
                statistics=(attention_part_times,),
            ),
        ),
        shown=(
            final_test_accuracy,
            rise_at,
            rise_matrix,
            accuracy_even_attention_control,
            accuracy_affine_neurons_control,
        ),
        tables=_tables,
        caveats="The controls, memories and random directions, are printed beside the verdicts and do not enter the "
        "rules. The rules are to be frozen anew, with them, before the first run. (Review of 29 November 2026.)",
    )
)
