"""W_logit of one cluster: the output of its neurons to the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from latebloom._errors import UsageError
from latebloom._text import percent
from latebloom.analysis import Analysis
from latebloom.circuits.modular.family import MODULAR
from latebloom.figures import of_pairs, theme
from latebloom.figures.figure import Figure, fixed
from latebloom.figures.heat import colour_bar, heat
from latebloom.figures.of_pairs import wave_rows

if TYPE_CHECKING:
    import matplotlib.figure


@dataclass(frozen=True, eq=False)
class ClusterWeights:
    """Rows of W_logit of cluster ``k``'s neurons over the output waves ``labels``; share: of their energy, on k.

    The constant over the answers is left out: it changes all logits equally, which changes no probability.
    """

    k: int
    matrix: Float[np.ndarray, "member f"]
    share: float | None
    labels: tuple[str, ...]
    keys: tuple[int, ...]


def data(analysis: Analysis) -> ClusterWeights:
    """The weights of the largest cluster of a key frequency, in the final model."""
    from latebloom.circuits.modular.unembedding import cluster_output
    from latebloom.fourier import basis_rows

    sizes = {k: len(of_pairs.clusters(analysis).members(k)) for k in of_pairs.some_keys(analysis)}
    k = max(sizes, key=lambda key: sizes[key])
    if sizes[k] == 0:
        raise UsageError(f"{analysis.run.path} has no neurons in a cluster of a key frequency at step {analysis.step}")
    matrix = cluster_output(of_pairs.grid(analysis), k, of_pairs.clusters(analysis).members(k)).matrix[:, 1:]
    total, own = float(matrix.square().sum()), [row - 1 for row in basis_rows(k, of_pairs.grid(analysis).order)]
    share = float(matrix[:, own].square().sum()) / total if total > 0 else None
    return ClusterWeights(k, matrix.numpy(), share, of_pairs.labels(analysis)[1:], of_pairs.keys(analysis))


def says(weights: ClusterWeights) -> str:
    """The share of the cluster's output at its own frequency."""
    share = "none" if weights.share is None else percent(weights.share)
    return (
        f"The {len(weights.matrix)} neurons of frequency {weights.k} write {share} of their energy along "
        f"cos {weights.k}z and sin {weights.k}z."
    )


def draw(figure: matplotlib.figure.Figure, weights: ClusterWeights) -> None:
    """Draw the norm of each column above, and the neurons' rows below."""
    bars, rows = figure.subplots(2, 1, sharex=True, height_ratios=[1, 2.6])
    colours = theme.key_colours(weights.keys)
    waves = wave_rows(weights.labels)
    norms = np.linalg.norm(weights.matrix, axis=0)
    bars.bar(range(len(waves)), norms, color=[colours.get(k, theme.CHANCE) for k in waves], width=0.8)
    bars.set_ylabel("norm")
    image = heat(rows, weights.matrix.T, signed=True, upwards=False, aspect="auto")
    rows.set_ylabel(f"neurons of cluster {weights.k}")
    own = [row for row, k in enumerate(waves) if k == weights.k]
    rows.set_xticks([sum(own) / len(own)], [" · ".join(weights.labels[row] for row in own)])
    rows.get_xticklabels()[0].set_color(colours[weights.k])
    rows.set_xlabel("wave over the answers z: cos 1, sin 1, cos 2, …")
    rows.set_yticks([])
    colour_bar(image, [bars, rows], "weight")


FIGURE = Figure(
    name="w-logit",
    chapter="circuit",
    title="What one cluster of neurons writes to the answers",
    caption=(
        "The map from neurons to answers, for the largest cluster of neurons of one key frequency k, with the "
        "answers z written as waves; above it, the norm of each column. If all columns except cos kz and sin kz are "
        "blank, these neurons only turn their waves in x + y into cos w(x + y − z), which is largest where z is the "
        "right answer. (The constant over z is left out: it changes all logits equally and changes no "
        "probability.)"
    ),
    data=data,
    says=says,
    draw=draw,
    size=fixed(8.6, 3.9),
    family=MODULAR.name,
)
