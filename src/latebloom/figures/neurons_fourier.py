"""All neurons in the 2D Fourier basis: which products of waves the MLP computes."""

from latebloom.figures import fourier_map
from latebloom.figures.figure import Figure
from latebloom.figures.fourier_map import FourierMap
from latebloom.figures.source import FigureSource


def data(source: FigureSource) -> FourierMap:
    """Norm over all neurons of each term's coefficients, in the final model."""
    norms = source.grid.neuron_coefficients.norm(dim=2).numpy()
    return FourierMap(norms, source.labels, tuple(source.keys))


FIGURE = Figure(
    name="neurons-fourier",
    title="All neurons: products of waves of one frequency",
    caption=(
        "The strength of every product (wave in x) × (wave in y) over all neurons together. Cells that are not blank: "
        "the top row and left column (waves of one operand alone) and small blocks on the diagonal, where both waves "
        "have the same frequency. Those blocks are the multiplication that the algorithm needs. The constant is off "
        "the colour scale."
    ),
    data=data,
    says=fourier_map.says,
    draw=fourier_map.draw,
    size=fourier_map.size,
)
