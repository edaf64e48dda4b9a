"""All neurons in the 2D Fourier basis: which products of waves the MLP computes."""

from latebloom.analysis import Analysis
from latebloom.circuits.modular.family import MODULAR
from latebloom.figures import fourier_map, of_pairs
from latebloom.figures.figure import Figure
from latebloom.figures.fourier_map import FourierMap


def data(analysis: Analysis) -> FourierMap:
    """Norm over all neurons of each term's coefficients, in the final model."""
    norms = of_pairs.grid(analysis).neuron_coefficients.norm(dim=2).numpy()
    return FourierMap(norms, of_pairs.labels(analysis), of_pairs.keys(analysis))


FIGURE = Figure(
    name="neurons-fourier",
    chapter="circuit",
    title="All neurons, as products of waves",
    caption=(
        "The strength of every product (wave in x) × (wave in y) over all neurons together. The algorithm shows "
        "as dark cells in three places: the top row and left column (waves of one operand alone), and small "
        "blocks on the diagonal, where both waves have the same frequency. Those blocks are the multiplication it "
        "needs. The constant is off the colour scale."
    ),
    data=data,
    says=fourier_map.says,
    draw=fourier_map.draw,
    size=fourier_map.size,
    family=MODULAR.name,
)
