"""W_logit of one cluster: what its neurons write to the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from latebloom._errors import UsageError
from latebloom.circuits.modular.unembedding import cluster_output
from latebloom.figures import theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.heat import colour_bar, heat
from latebloom.figures.source import FigureSource, wave_rows

if TYPE_CHECKING:
    import matplotlib.figure


@dataclass(frozen=True, eq=False)
class ClusterWeights:
    """Rows of W_logit of cluster ``k``'s neurons over the output waves ``labels``; share: of their energy, on k."""

    k: int
    matrix: Float[np.ndarray, "member f"]
    share: float | None
    labels: tuple[str, ...]
    keys: tuple[int, ...]


def data(source: FigureSource) -> ClusterWeights:
    """Of the largest cluster of a key frequency, in the final model."""
    sizes = {k: len(source.clusters.members(k)) for k in source.some_keys()}
    k = max(sizes, key=lambda key: sizes[key])
    if sizes[k] == 0:
        raise UsageError(f"{source.run.path} has no neurons in a cluster of a key frequency at step {source.step}")
    found = cluster_output(source.grid, k, source.clusters.members(k))
    return ClusterWeights(k, found.matrix.numpy(), found.share, source.labels, tuple(source.keys))


def says(weights: ClusterWeights) -> str:
    """How pure the cluster is."""
    share = "none" if weights.share is None else f"{weights.share:.1%}"
    return (
        f"The {len(weights.matrix)} neurons of frequency {weights.k} write {share} of their energy along "
        f"cos {weights.k}z and sin {weights.k}z."
    )


def draw(figure: matplotlib.figure.Figure, weights: ClusterWeights) -> None:
    """Norm of each column above, the neurons' rows below."""
    bars, rows = figure.subplots(2, 1, sharex=True, height_ratios=[1, 2.6])
    colours = theme.key_colours(weights.keys)
    waves = wave_rows(weights.labels)
    norms = np.linalg.norm(weights.matrix, axis=0)
    bars.bar(range(len(waves)), norms, color=[colours.get(k, theme.CHANCE) for k in waves], width=0.8)
    bars.set_ylabel("norm")
    image = heat(rows, weights.matrix.T, signed=True, upwards=False, aspect="auto")
    rows.set_ylabel(f"neurons of cluster {weights.k}")
    own = [row for row, k in enumerate(waves) if k == weights.k]
    rows.set_xticks([0, sum(own) / len(own)], ["const", " · ".join(weights.labels[row] for row in own)])
    rows.get_xticklabels()[1].set_color(colours[weights.k])
    rows.set_xlabel("wave over the answers z")
    rows.set_yticks([])
    colour_bar(image, [bars, rows], "weight")


FIGURE = Figure(
    name="w-logit",
    title="A cluster of neurons writes one wave over the answers",
    caption=(
        "The map from neurons to answers, for the neurons of one frequency (the largest cluster), with the answers "
        "written as waves. All other columns are blank: these neurons say nothing but cos kz and sin kz, which turns "
        "their waves in x + y into cos w(x + y − z), largest where z is the right answer."
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 3.9),
)
