"""The induction circuit of the final model: attention of its two heads, composition and ablations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from latebloom._errors import UsageError
from latebloom.analysis import Analysis
from latebloom.circuits.induction.family import INDUCTION
from latebloom.figures import theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.heat import colour_bar, heat
from latebloom.figures.induction_heads import repeated_task

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

    from latebloom.circuits.induction import InductionCircuit

SEQUENCES = 32
"""Number of sequences on which the circuit is explained."""

SEED = 0


@dataclass(frozen=True, eq=False)
class CircuitMap:
    """attention: of the previous-token head and the induction head on one sequence. starts: where its copies begin."""

    circuit: InductionCircuit
    attention: tuple[Float[np.ndarray, "query key"], Float[np.ndarray, "query key"]]
    starts: tuple[int, ...]
    subsequence: int


def data(analysis: Analysis) -> CircuitMap:
    """The circuit of the final model. Errors: UsageError with the reason if it has no such circuit."""
    from latebloom.circuits.induction import draw_sequences, explain_induction, patterns

    task = repeated_task(analysis)
    model = analysis.final.model
    circuit = explain_induction(model, task, SEQUENCES, SEED)
    if circuit.pair is None:
        raise UsageError(f"{analysis.run.path} has no induction circuit at step {analysis.step}: {circuit.undefined}")
    drawn = draw_sequences(task, 1, SEED)
    attention = patterns(model, drawn.examples.tokens)
    first, second = (attention[layer][0, head].numpy() for layer, head in circuit.pair)
    return CircuitMap(circuit, (first, second), tuple(drawn.starts[0].tolist()), task.subsequence)


def says(shown: CircuitMap) -> str:
    """The two heads, their composition, and the loss without them."""
    circuit = shown.circuit
    assert circuit.pair is not None
    source, target = circuit.pair
    link = next(c for c in circuit.compositions if (c.source, c.target, c.into) == (source, target, "k"))
    path = next(p for p in circuit.paths if (p.source, p.into) == (source, "k"))
    z = "" if link.z is None else f", {link.z:.0f} standard deviations above random heads"
    return (
        f"Head {_name(source)} attends to the token before ({circuit.head(source).previous_token:.2f}), head "
        f"{_name(target)} to the tokens after earlier copies of the same token ({circuit.head(target).induction:.2f}). "
        f"K-composition of the two is {link.score:.2f}{z}. The loss of {circuit.loss:.2f} nats grows by "
        f"{circuit.head(source).loss_increase:.2f} without head {_name(source)}, and by {path.loss_increase:.2f} "
        "without its path into later heads' keys."
    )


def _name(head: tuple[int, int]) -> str:
    return f"{head[0]}.{head[1]}"


def draw(figure: matplotlib.figure.Figure, shown: CircuitMap) -> None:
    """Draw attention above, and composition, heads and paths below."""
    above, below = np.asarray(figure.subfigures(2, 1, height_ratios=[1.35, 1]), dtype=object)
    titles = ("attends to the token before", "attends to what came next")
    assert shown.circuit.pair is not None
    for axes, head, values, title in zip(above.subplots(1, 2), shown.circuit.pair, shown.attention, titles):
        _attention(axes, shown, values)
        axes.set_title(f"head {_name(head)} {title}")
    left, middle, right = below.subplots(1, 3, width_ratios=[1, 1, 1])
    _composition(left, shown.circuit)
    heads = [(_name((head.layer, head.head)), head.loss_increase) for head in shown.circuit.heads]
    _bars(middle, heads, "loss without each head")
    source = shown.circuit.pair[0]
    paths = [(f"{path.into.upper()}", path.loss_increase) for path in shown.circuit.paths if path.source == source]
    _bars(right, paths, f"without {_name(source)} → later")


def _attention(axes: matplotlib.axes.Axes, shown: CircuitMap, values: Float[np.ndarray, "query key"]) -> None:
    image = heat(axes, values.T, top=1.0, upwards=False)
    # The marks are outside the map, so the limits of the map do not change.
    axes.set_autoscale_on(False)
    for start in shown.starts:
        copy, beside = [start - 0.5, start + shown.subsequence - 0.5], len(values) + 1.2
        axes.plot(copy, [beside] * 2, color=theme.TEST, lw=3, clip_on=False)
        axes.plot([-3.2] * 2, copy, color=theme.TEST, lw=3, clip_on=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel("attended to", labelpad=12)
    axes.set_ylabel("from", labelpad=16)
    colour_bar(image, axes)


def _composition(axes: matplotlib.axes.Axes, circuit: InductionCircuit) -> None:
    links = [link for link in circuit.compositions if link.into == "k"]
    sources, targets = (sorted({getattr(link, end) for link in links}) for end in ("source", "target"))
    excess = np.zeros((len(targets), len(sources)))
    for link in links:
        excess[targets.index(link.target), sources.index(link.source)] = link.excess or 0.0
    image = heat(axes, excess, signed=True, upwards=False)
    axes.set_xticks(range(len(targets)), [_name(head) for head in targets])
    axes.set_yticks(range(len(sources)), [_name(head) for head in sources])
    axes.set_title("K-composition − random")
    axes.set_xlabel("into the keys of")
    axes.set_ylabel("from")
    colour_bar(image, axes)


def _bars(axes: matplotlib.axes.Axes, rows: list[tuple[str, float]], title: str) -> None:
    places = range(len(rows))
    axes.barh(places, [value for _, value in rows], color=theme.RESTRICTED, height=0.65)
    axes.set_yticks(places, [name for name, _ in rows])
    axes.invert_yaxis()
    axes.set_xlabel("loss increase (nats)")
    axes.set_title(title)


FIGURE = Figure(
    name="induction-circuit",
    chapter="circuit",
    title="The induction circuit",
    caption=(
        "Above: attention of the two heads on one sequence; bars mark the copies of the subsequence. The first head "
        "writes to each token which token came before it. The second looks for tokens that come after earlier copies "
        "of the present token, and copies them. Below: how much the keys of each later head read the output of each "
        "earlier head, minus the same for random weights; the increase of the loss when each head is held at its "
        "mean; and the increase when only the queries, keys or values of later heads receive the mean of the first "
        "head."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 7.4),
    family=INDUCTION.name,
)
