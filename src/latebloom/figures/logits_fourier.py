"""The logits in the 2D Fourier basis: what survives to the answer."""

from latebloom.analysis import Analysis
from latebloom.circuits.modular.family import MODULAR
from latebloom.figures import fourier_map, of_pairs
from latebloom.figures.figure import Figure
from latebloom.figures.fourier_map import FourierMap


def data(analysis: Analysis) -> FourierMap:
    """Norm over all answers of each term's coefficients, in the final model."""
    norms = of_pairs.grid(analysis).logit_coefficients.norm(dim=2).numpy()
    return FourierMap(norms, of_pairs.labels(analysis), of_pairs.keys(analysis))


FIGURE = Figure(
    name="logits-fourier",
    chapter="circuit",
    title="The logits, as products of waves",
    caption=(
        "The same map for the logits, the scores of the p answers. In a model that runs on the algorithm, waves "
        "of one operand alone have cancelled, and what remains are 2 × 2 blocks of equal colour: then the four "
        "products enter as cos w(x + y) and sin w(x + y) (x − y for subtraction), the two directions of the "
        "trigonometric identity. The constant is off the colour scale."
    ),
    data=data,
    says=fourier_map.says,
    draw=fourier_map.draw,
    size=fourier_map.size,
    family=MODULAR.name,
)
