"""Claims about repeated subsequences and the induction circuit."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from latebloom.analysis import Analysis
from latebloom.circuits.induction import InductionCircuit
from latebloom.claims.claim import Claim, SweepClaim, register, statistic
from latebloom.claims.falls import TEST_FALL, deepest_fall
from latebloom.claims.learning import series_of
from latebloom.claims.quantity import Measurement, Undefined, once, percent, quantity
from latebloom.claims.record import Record
from latebloom.claims.region import Above, AllOf, AtLeast, AtMost, Holds
from latebloom.claims.reinforcement import CRITERION, Reinforcement, reinforcement
from latebloom.claims.views import induction_circuit
from latebloom.published import filled

_COMPOSITION = 'W, "Speculation: Phase Changes Are Inherent to Composition"'
_LEAD = 0.25

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
    f"{_LEAD:g} of all attention (arbitrary) over even attention and over tokens without repeats",
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


def _half_steps(analysis: Analysis) -> tuple[float, float]:
    """The first steps at which the two heads' scores have made half of their way from first to last."""
    _, source, target = _pair(analysis)
    first, second = (
        _half(analysis, column)
        for column in (f"previous_token_score.{_name(source)}", f"induction_score.{_name(target)}")
    )
    return first, second


def _half(analysis: Analysis, column: str) -> float:
    series = series_of(analysis, column)
    middle = (series.value[0] + series.value[-1]) / 2
    return float(series.step[np.argmax(series.value >= middle)])


@quantity("steps", "the step at which the first of the two heads' scores is half-way to its final value")
def first_head_formed_at(analysis: Analysis) -> float:
    return min(_half_steps(analysis))


@quantity("steps", "the step at which both heads' scores are half-way to their final values")
def both_heads_formed_at(analysis: Analysis) -> float:
    return max(_half_steps(analysis))


@once
def _reinforcements(analysis: Analysis) -> tuple[Reinforcement, Reinforcement]:
    """Of the gradients on the first head's output and the second's keys, until the middle of the fall of test loss."""
    _, source, target = _pair(analysis)
    midpoint = deepest_fall(analysis, "test_loss").midpoint
    if midpoint is None:
        raise Undefined("test loss still falls at the end")
    one, two = _name(source), _name(target)
    pairs = (
        (f"ov_gradient.{one}", f"induction_score.{two}"),
        (f"key_gradient.{one}.{two}", f"previous_token_score.{one}"),
    )
    found = [reinforcement(series_of(analysis, g), series_of(analysis, s), midpoint.step) for g, s in pairs]
    if found[0] is None or found[1] is None:
        raise Undefined("too few checkpoints lie before the middle of the fall; `latebloom measure` fills them in")
    return found[0], found[1]


@quantity("times", "the growth of the gradient on the first head's output, until the middle of the fall,")
def output_gradient_growth(analysis: Analysis) -> float:
    return _reinforcements(analysis)[0].growth


@quantity("times", "the growth of the gradient on the second head's keys, until then,")
def key_gradient_growth(analysis: Analysis) -> float:
    return _reinforcements(analysis)[1].growth


@quantity("times", "the smaller of these two growths")
def least_gradient_growth(analysis: Analysis) -> float:
    return min(one.growth for one in _reinforcements(analysis))


@quantity("", "the rank correlation of the gradient on the first head's output with the second head's score")
def output_gradient_rank(analysis: Analysis) -> float:
    return _reinforcements(analysis)[0].rank


@quantity("", "the rank correlation of the gradient on the second head's keys with the first head's score")
def key_gradient_rank(analysis: Analysis) -> float:
    return _reinforcements(analysis)[1].rank


@quantity(
    "",
    "the gradients on the first head's output and on the second head's keys are reinforced until the middle of the "
    "fall of "
    f"test loss: {CRITERION}",
)
def induction_reinforced(analysis: Analysis) -> float:
    return float(all(one.clear for one in _reinforcements(analysis)))


@quantity("share", "the final test loss, as a share of the first")
def test_loss_left(analysis: Analysis) -> float:
    series = series_of(analysis, "test_loss")
    return float(series.value[-1] / series.value[0])


_HALF = 0.5
_LAYERS = "model.n_layers"
_CHANGES = (*TEST_FALL.quantities, test_loss_left)


def _changes(record: Record) -> bool:
    """Whether test loss falls to half in a phase change."""
    values: dict[str, Measurement] = record.quantities
    try:
        return TEST_FALL.region.contains(values) and record.value(test_loss_left.name) < _HALF
    except Undefined:
        return False


def _by_layers(records: Sequence[Record]) -> dict[int, list[bool]]:
    found: dict[int, list[bool]] = {}
    for record in records:
        found.setdefault(record.setting(_LAYERS) or 0, []).append(_changes(record))
    if 1 not in found or len(found) < 2:
        raise Undefined("needs runs with one layer and with more")
    return dict(sorted(found.items()))


@statistic(
    "share", f"the share of one-layer runs whose test loss falls below {percent(_HALF)} in a phase change", *_CHANGES
)
def one_layer_changes(records: Sequence[Record]) -> float:
    return float(np.mean(_by_layers(records)[1]))


@statistic("share", "that share of the runs with more layers", *_CHANGES)
def more_layers_change(records: Sequence[Record]) -> float:
    return float(np.mean([one for layers, group in _by_layers(records).items() if layers > 1 for one in group]))


@statistic("", "how many runs change, by number of layers", *_CHANGES)
def changes_by_layers(records: Sequence[Record]) -> str:
    return ", ".join(f"{sum(group)} of {len(group)} with {layers}" for layers, group in _by_layers(records).items())


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
            AtLeast(first_head_formed_at, TEST_FALL.start),
            AtMost(both_heads_formed_at, TEST_FALL.end),
        ),
        shows=both_heads_formed_at,
        finding=f"half of their scores at steps {{first_head_formed_at:.0f}} and {{both_heads_formed_at:.0f}}; the "
        "loss "
        f"falls from step {{{TEST_FALL.start.name}:.0f}} to {{{TEST_FALL.end.name}:.0f}}",
        system="induction",
        figure="induction-heads",
    ),
    Claim(
        id="induction-reinforce",
        sentence="As each part of the circuit forms, it reinforces the gradients on the others.",
        place=_COMPOSITION,
        published="a speculation",
        region=Holds(induction_reinforced),
        shows=least_gradient_growth,
        finding="the gradient on the first head's output grows {output_gradient_growth:.3g}-fold (rank "
        "{output_gradient_rank:.2f} with the other's score), that on the second's keys {key_gradient_growth:.3g}-fold "
        "(rank {key_gradient_rank:.2f})",
        system="induction",
        figure="induction-heads",
    ),
    SweepClaim(
        id="induction-one-layer-does-not",
        sentence="One-layer models show no such change; two- and three-layer ones do.",
        place='W, "What Is A Phase Change?", after the induction-heads paper',
        published="1 layer no, 2 and 3 layers yes",
        region=AllOf(AtMost(one_layer_changes, 0.0), AtLeast(more_layers_change, 1.0)),
        finding="runs whose loss falls to half in a phase change: {changes_by_layers} layers",
        statistics=(one_layer_changes, more_layers_change, changes_by_layers),
        system="induction-layers",
        figure="survival",
    ),
)
