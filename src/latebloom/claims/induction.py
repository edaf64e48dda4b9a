"""Claims about repeated subsequences and the induction circuit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from latebloom.analysis import Analysis
from latebloom.circuits.induction.settings import SCORE
from latebloom.claims.claim import Claim, Statistic, SweepClaim, register, statistic
from latebloom.claims.falls import TEST_FALL, deepest_fall
from latebloom.claims.learning import series_of
from latebloom.claims.quantity import Measurement, Never, Undefined, once, percent, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Below, Holds
from latebloom.claims.views import induction_circuit
from latebloom.phases import Series
from latebloom.published import filled
from latebloom.statistics import Estimate, share
from latebloom.tasks import RepeatedSubsequences

if TYPE_CHECKING:
    from latebloom.circuits.induction import HeadAblations, InductionCircuit


_COMPOSITION = 'W, "Speculation: Phase Changes Are Inherent to Composition"'

_HALF = 0.5
"""Half of a fall, or of a loss."""

_SEQUENCES = 32
"""Sequences for the ablations at every checkpoint."""


Head = tuple[int, int]


def _pair(analysis: Analysis) -> tuple[InductionCircuit, Head, Head]:
    """The circuit, its previous-token head and its induction head."""
    circuit = induction_circuit(analysis)
    if circuit.pair is None:
        raise Undefined(circuit.undefined or "no pair of heads")
    source, target = circuit.pair
    return circuit, source, target


def _name(head: Head) -> str:
    return f"{head[0]}.{head[1]}"


@quantity(
    "",
    "there is a previous-token head and, in a later layer, an induction head, whose scores lead by "
    f"{SCORE:g} of all attention (arbitrary) over even attention and over tokens without repeats",
)
def induction_pair(analysis: Analysis) -> float:
    return float(induction_circuit(analysis).pair is not None)


@quantity("", "the previous-token head and the induction head (layer.head)")
def induction_heads(analysis: Analysis) -> str:
    _, source, target = _pair(analysis)
    return f"{_name(source)} and {_name(target)}"


@quantity("share", "the attention of the previous-token head to the previous token")
def previous_token_score(analysis: Analysis) -> float:
    circuit, source, _ = _pair(analysis)
    return circuit.head(source).previous_token


@quantity("share", "the attention of the induction head to the token after the last occurrence")
def induction_score(analysis: Analysis) -> float:
    circuit, _, target = _pair(analysis)
    return circuit.head(target).induction


@quantity("share", "the smaller of the two heads' scores")
def weaker_head_score(analysis: Analysis) -> float:
    circuit, source, target = _pair(analysis)
    return min(circuit.head(source).previous_token, circuit.head(target).induction)


@quantity("share", "the attention of the induction head to those places on tokens without repeats")
def induction_score_control(analysis: Analysis) -> float:
    circuit, _, target = _pair(analysis)
    return circuit.head(target).induction_control


def _composition(analysis: Analysis, into: Literal["k", "q", "v"]) -> float:
    circuit, source, target = _pair(analysis)
    scores = {one.into: one.z for one in circuit.compositions if (one.source, one.target) == (source, target)}
    z = scores.get(into)
    if z is None:
        raise Undefined("one of the two heads is zero")
    return z


@quantity("standard deviations", "the K-composition of the two heads, above that of random heads,")
def k_composition(analysis: Analysis) -> float:
    return _composition(analysis, "k")


@quantity("standard deviations", "their Q-composition")
def q_composition(analysis: Analysis) -> float:
    return _composition(analysis, "q")


@quantity("standard deviations", "their V-composition")
def v_composition(analysis: Analysis) -> float:
    return _composition(analysis, "v")


def _path(analysis: Analysis, into: str) -> float:
    circuit, source, _ = _pair(analysis)
    return next(path.loss_increase for path in circuit.paths if path.source == source and path.into == into)


@quantity("nats", "the rise of the loss when the path of the previous-token head into later keys is cut")
def key_path_loss(analysis: Analysis) -> float:
    return _path(analysis, "k")


@quantity("nats", "the same for the path into queries")
def query_path_loss(analysis: Analysis) -> float:
    return _path(analysis, "q")


@quantity("nats", "the same for the path into values")
def value_path_loss(analysis: Analysis) -> float:
    return _path(analysis, "v")


@quantity("nats", "the loss of the final model on repeated subsequences")
def induction_loss(analysis: Analysis) -> float:
    return induction_circuit(analysis).loss


@quantity("nats", "the rise of the loss with all previous-token heads held at their means")
def without_previous_token_heads(analysis: Analysis) -> float:
    return _pair(analysis)[0].without_previous_token_heads or 0.0


@quantity("nats", "the rise of the loss with all induction heads held at their means")
def without_induction_heads(analysis: Analysis) -> float:
    return _pair(analysis)[0].without_induction_heads or 0.0


@quantity("nats", "the depth of the phase change of test loss")
def test_loss_fall_depth(analysis: Analysis) -> float:
    change = deepest_fall(analysis, "test_loss")
    return change.before - change.after


@quantity(
    "share",
    "the rise of the loss with all previous-token heads or all induction heads held at their means, whichever is "
    "less, as "
    "a share of what the phase change had won (heads of one kind may stand in for each other),",
)
def both_heads_share(analysis: Analysis) -> float:
    fall = deepest_fall(analysis, "test_loss")
    circuit = _pair(analysis)[0]
    lost = min(circuit.without_previous_token_heads or 0.0, circuit.without_induction_heads or 0.0)
    return lost / (fall.before - fall.after)


def _ablations(analysis: Analysis, step: int) -> HeadAblations:
    from latebloom.circuits.induction import HeadAblations, draw_sequences
    from latebloom.models import Transformer

    task = cast(RepeatedSubsequences, analysis.task)
    return HeadAblations(cast(Transformer, analysis.snapshot(step).model), draw_sequences(task, _SEQUENCES))


@once
def _key_path(analysis: Analysis) -> Series:
    """At each checkpoint: the rise of the loss without the path of the final model's previous-token head into keys."""
    from latebloom.circuits.induction import key_path_increases

    _, source, _ = _pair(analysis)
    rises = [key_path_increases(_ablations(analysis, step), source, ())[0] for step in analysis.course]
    return Series.of(analysis.course, rises)


def _depth(analysis: Analysis) -> float:
    fall = deepest_fall(analysis, "test_loss")
    return fall.before - fall.after


def _after_fall(analysis: Analysis) -> int:
    """The first checkpoint after the fall of test loss."""
    end = TEST_FALL.end.measure(analysis)
    later = [step for step in analysis.course if step >= cast(float, end)]
    if not later:
        raise Undefined("there is no checkpoint after the fall of test loss")
    return later[0]


@quantity(
    "steps",
    f"the first step at which cutting the path of the previous-token head into later keys raises the loss by "
    f"{percent(_HALF)} of the depth of the fall of test loss (linear between checkpoints)",
)
def key_path_needed_at(analysis: Analysis) -> float:
    rise, wanted = _key_path(analysis), _HALF * _depth(analysis)
    at = int(np.argmax(rise.value >= wanted))
    if rise.value[at] < wanted:
        raise Never("cutting the path never raises the loss by half of the fall")
    if at == 0:
        return float(rise.step[0])
    return float(np.interp(wanted, rise.value[at - 1 : at + 1], rise.step[at - 1 : at + 1]))


@quantity(
    "share",
    "the rise of the loss without that path at the first checkpoint after the fall, as a share of the depth of the "
    "fall,",
)
def key_path_share(analysis: Analysis) -> float:
    return _key_path(analysis).at(_after_fall(analysis)) / _depth(analysis)


@quantity(
    "share",
    "the largest rise of the loss at the first checkpoint after the fall when later keys are changed by as much along "
    "the output of another head of that layer, which is no previous-token head, as a share of the depth of the fall,",
)
def key_path_control_share(analysis: Analysis) -> float:
    from latebloom.circuits.induction import key_path_increases

    circuit, source, _ = _pair(analysis)
    heads = ((head.layer, head.head) for head in circuit.heads if head.layer == source[0])
    others = [head for head in heads if head not in circuit.previous_token_heads]
    _, rises = key_path_increases(_ablations(analysis, _after_fall(analysis)), source, others)
    if not rises:
        raise Undefined("every head of the layer that writes anything is a previous-token head")
    return max(rises) / _depth(analysis)


@quantity("share", "the final test loss, as a share of the first")
def test_loss_left(analysis: Analysis) -> float:
    series = series_of(analysis, "test_loss")
    return float(series.value[-1] / series.value[0])


_LAYERS = "model.n_layers"
_CHANGES = (*TEST_FALL.quantities, test_loss_left)


def _changes(record: Record) -> bool:
    """Whether test loss falls to half in a phase change."""
    values: dict[str, Measurement] = record.quantities
    try:
        return TEST_FALL.region.contains(values) and record.value(test_loss_left.name) < _HALF
    except Undefined:
        return False


def _layers_change(layers: int) -> Statistic:
    """The share of the runs with so many layers that change."""
    number = ("", "one", "two", "three")[layers]

    @statistic(
        "share",
        f"the share of the runs with {number} layer{'s' if layers > 1 else ''} whose test loss falls below "
        f"{percent(_HALF)} in a phase change",
        *_CHANGES,
        name=f"{number}_layer_changes",
    )
    def compute(records: Sequence[Record]) -> Estimate:
        found = [_changes(record) for record in records if record.setting(_LAYERS) == layers]
        if not found:
            raise Undefined(f"needs runs with {number} layer{'s' if layers > 1 else ''}")
        return share(sum(found), len(found))

    return compute


ONE, TWO, THREE = map(_layers_change, (1, 2, 3))


@statistic("", "how many runs change, by number of layers", *_CHANGES)
def changes_by_layers(records: Sequence[Record]) -> str:
    found: dict[int, list[bool]] = {}
    for record in records:
        found.setdefault(record.setting(_LAYERS) or 0, []).append(_changes(record))
    return ", ".join(f"{sum(group)} of {len(group)} with {layers}" for layers, group in sorted(found.items()))


register(
    Claim(
        id="induction-phase-change",
        sentence="On repeated subsequences the loss of a two-layer model falls in a phase change.",
        place='W, "Empirical Observations"',
        published=filled(
            "a phase change (W); under 4 nats at step {induction.under_4}, under 1 at {induction.under_1} "
            "(published run)"
        ),
        region=TEST_FALL.region,
        shows=TEST_FALL.middle,
        finding=TEST_FALL.finding,
        system="induction",
        figure="induction-heads",
    ),
    Claim(
        id="induction-two-heads",
        sentence="An induction circuit is a previous-token head and, in a later layer, an induction head.",
        place='W, "What Is A Phase Change?"; not verified there',
        published="expected",
        region=Holds(induction_pair),
        shows=weaker_head_score,
        finding="heads {induction_heads}: attention to the previous token {previous_token_score:.2f}, to the token "
        "after "
        "the last occurrence {induction_score:.2f} ({induction_score_control:.2f} on tokens without repeats)",
        system="induction",
        figure="induction-circuit",
    ),
    Claim(
        id="induction-k-composition",
        sentence="The two heads interact by K-composition.",
        place=_COMPOSITION,
        published="expected",
        region=AllOf(
            Above(k_composition, 2.0, "usual"),
            AtLeast(k_composition, q_composition),
            AtLeast(k_composition, v_composition),
        ),
        finding="K {k_composition:.1f} standard deviations above random heads; Q {q_composition:.1f}, V "
        "{v_composition:.1f}",
        system="induction",
        figure="induction-circuit",
    ),
    Claim(
        id="induction-through-keys",
        sentence="The first head influences later heads through their keys.",
        place=_COMPOSITION,
        published="expected",
        region=AllOf(Above(key_path_loss, query_path_loss), Above(key_path_loss, value_path_loss)),
        finding="loss {induction_loss:.3g}; without the path into keys {key_path_loss:+.2g}, queries "
        "{query_path_loss:+.2g}, values {value_path_loss:+.2g}",
        system="induction",
        figure="induction-circuit",
    ),
    Claim(
        id="induction-both-needed",
        sentence="The two kinds of head depend on each other: without either, the loss returns to its earlier value.",
        place=_COMPOSITION,
        published="expected",
        region=AtLeast(both_heads_share, 0.5, "arbitrary"),
        finding="loss {induction_loss:.2g}; {without_previous_token_heads:+.2g} without the previous-token heads, "
        "{without_induction_heads:+.2g} without the induction heads; it had fallen by {test_loss_fall_depth:.2g}",
        system="induction",
        figure="induction-circuit",
    ),
    Claim(
        id="induction-forms-in-the-change",
        sentence="The two heads form where the loss falls.",
        place='W, "What Is A Phase Change?"',
        published="the circuit forms in a narrow band of training",
        region=AllOf(
            AtLeast(key_path_needed_at, TEST_FALL.start),
            AtMost(key_path_needed_at, TEST_FALL.end),
            Above(key_path_share, key_path_control_share),
        ),
        shows=key_path_needed_at,
        finding=f"from step {{{key_path_needed_at.name}:.0f}} the path between them carries half of the fall; the loss "
        f"falls from step {{{TEST_FALL.start.name}:.0f}} to {{{TEST_FALL.end.name}:.0f}}; then cutting it loses "
        f"{{{key_path_share.name}:.0%}} of the fall, and changes of equal size along other heads at most "
        f"{{{key_path_control_share.name}:.0%}}",
        system="induction",
        figure="induction-heads",
    ),
    SweepClaim(
        id="induction-one-layer-does-not",
        sentence="One-layer models show no such change; two- and three-layer ones do.",
        place='W, "What Is A Phase Change?", after the induction-heads paper',
        published="1 layer no, 2 and 3 layers yes",
        region=AllOf(Below(ONE, _HALF, "most do not"), Above(TWO, _HALF, "most do"), Above(THREE, _HALF, "most do")),
        finding="runs whose loss falls to half in a phase change: {changes_by_layers} layers",
        statistics=(ONE, TWO, THREE, changes_by_layers),
        system="induction-layers",
        figure="survival",
    ),
)
