"""Representations in the embedding, the neurons and the logits of a model of group composition, and their growth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from latebloom._errors import UsageError
from latebloom._text import nats, percent
from latebloom.analysis import Analysis
from latebloom.circuits.groups.family import GROUPS
from latebloom.circuits.groups.measures import EXCLUDED, EXCLUDED_ALONE, RESTRICTED, RESTRICTED_UNSEEN
from latebloom.figures import theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.steps import Curves, Line, Stroke, draw_curves, log_scale, step_axis
from latebloom.measures.any_model import TEST_LOSS, TRAIN_LOSS

if TYPE_CHECKING:
    import matplotlib.figure

MOST_BARS = 24
"""Representations that are drawn: those with the largest similarity."""


@dataclass(frozen=True, eq=False)
class Representations:
    """By representation, the trivial one apart: names, whether key, and what each has of the model.

    similarity: of its character with the logits. embedding: share of the embedding's energy. neurons: share of the live
    neurons in its cluster. left_out: representations that are not listed.
    """

    names: tuple[str, ...]
    key: tuple[bool, ...]
    similarity: tuple[float, ...]
    embedding: tuple[float, ...]
    neurons: tuple[float, ...]
    left_out: int


def data(analysis: Analysis) -> Representations:
    """Those of the final model."""
    from latebloom.circuits.groups import views

    exact = analysis.final.exact
    irreps, similarities = exact.get(views.irreps), exact.get(views.similarities)
    shares, found = exact.get(views.embedding_shares), exact.get(views.neuron_representations)
    if all(one is None for one in similarities):
        raise UsageError(f"{analysis.run.path}: the logits do not vary, so they have no representation")
    live = 0 if found is None else int(found.live.sum())
    order = sorted(range(1, len(irreps)), key=lambda i: -(similarities[i] or 0.0))[:MOST_BARS]
    keys = {one.name for one in exact.get(views.keys)}
    return Representations(
        names=tuple(irreps[i].name for i in order),
        key=tuple(irreps[i].name in keys for i in order),
        similarity=tuple(similarities[i] or 0.0 for i in order),
        embedding=tuple(0.0 if shares is None else float(shares[i]) for i in order),
        neurons=tuple(found.size(i) / live if found is not None and live else 0.0 for i in order),
        left_out=len(irreps) - 1 - len(order),
    )


def says(found: Representations) -> str:
    """The key representations."""
    keys = [
        f"{name} (similarity {similarity:.3f}, {percent(round(embedding, 3))} of the embedding)"
        for name, key, similarity, embedding in zip(found.names, found.key, found.similarity, found.embedding)
        if key
    ]
    rest = f" {found.left_out} more representations are not drawn." if found.left_out else ""
    return (f"Key representations: {', '.join(keys)}." if keys else "No representation is key.") + rest


def draw(figure: matplotlib.figure.Figure, found: Representations) -> None:
    """Three rows of bars."""
    rows = figure.subplots(3, 1, sharex=True)
    named = (
        ("similarity with logits", found.similarity),
        ("share of embedding", found.embedding),
        ("share of neurons", found.neurons),
    )
    colours = [theme.RESTRICTED if key else theme.CHANCE for key in found.key]
    for axes, (label, values) in zip(rows, named):
        axes.bar(range(len(values)), values, color=colours)
        axes.set_ylabel(label, fontsize=8)
        axes.set_axisbelow(True)
        axes.grid(axis="y")
    rows[-1].set_xticks(range(len(found.names)), found.names)
    rows[-1].set_xlabel("representation (dimension and letter)")


def growth(analysis: Analysis) -> Curves:
    """Losses with and without the key representations, at every checkpoint."""
    from latebloom.circuits.groups import views

    names = [one.name for one in analysis.final.exact.get(views.keys)]
    if not names:
        raise UsageError(f"{analysis.run.path} has no key representations at step {analysis.step}")
    losses = [(TRAIN_LOSS.name, "train"), (TEST_LOSS.name, "test"), (RESTRICTED.name, "restricted")]
    losses += [(RESTRICTED_UNSEEN.name, "restricted, unseen pairs"), (EXCLUDED.name, "without all keys")]
    losses += [(EXCLUDED_ALONE.of(irrep=name), f"without {name}") for name in names] if len(names) > 1 else []
    analysis.require(RESTRICTED.name)
    found = [(name, label, analysis.series(name)) for name, label in losses]
    lines = tuple(Line(name, label, series) for name, label, series in found if series is not None)
    return Curves(lines, analysis.phases, analysis.chance)


def growth_says(curves: Curves) -> str:
    """The final losses."""
    return f"Final losses: {'; '.join(f'{line.label} {nats(line.series.value[-1])}' for line in curves.lines)}."


def draw_growth(figure: matplotlib.figure.Figure, curves: Curves) -> None:
    """Draw the losses on one logarithmic axis."""
    axes = figure.subplots()
    strokes = {
        TRAIN_LOSS.name: Stroke(theme.TRAIN, 1.3),
        TEST_LOSS.name: Stroke(theme.TEST, 1.3),
        RESTRICTED.name: Stroke(theme.RESTRICTED, 1.3, ":"),
        RESTRICTED_UNSEEN.name: Stroke(theme.RESTRICTED, 2.2),
        EXCLUDED.name: Stroke(theme.INK, 2.2),
    }
    single = [line.name for line in curves.lines if line.name not in strokes]
    shades = theme.key_colours(list(range(len(single))))
    strokes |= {name: Stroke(shades[i], 1.2) for i, name in enumerate(single)}
    log_scale(axes, "loss (nats, log scale)")
    draw_curves(axes, curves, strokes)
    step_axis(axes)


FIGURE = Figure(
    name="group-representations",
    chapter="circuit",
    title="Which representations the model uses",
    caption=(
        "For each irreducible representation of the group: the similarity of its character with the logits, its share "
        "of the embedding, and the share of the neurons that are functions of it. Blue ones are key. A model that has "
        "only memorised has a part of every representation; one that uses the group's structure has few, and the same "
        "ones everywhere."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 5.0),
    family=GROUPS.name,
)

GROWTH_FIGURE = Figure(
    name="group-growth",
    chapter="growth",
    title="Losses with and without the key representations",
    caption=(
        "Restricted loss keeps only the key representations in the logits, averaged over the pairs with the same "
        "product; excluded loss removes them, all together or one at a time. Where excluded loss rises above train "
        "loss, the model uses the representation on its train set. Memorised answers lower restricted loss too, since "
        "their mean over the pairs with one product is right; where restricted loss from the logits of unseen pairs "
        "falls before test loss does, the circuit has formed while memorised answers still hide it."
    ),
    data=growth,
    says=growth_says,
    draw=draw_growth,
    size=fixed(8.6, 4.0),
    family=GROUPS.name,
)
