"""The logits in the 2D Fourier basis: what survives to the answer."""

from latebloom.figures import fourier_map
from latebloom.figures.figure import Figure
from latebloom.figures.fourier_map import FourierMap
from latebloom.figures.source import FigureSource


def data(source: FigureSource) -> FourierMap:
    """Norm over all answers of each term's coefficients, in the final model."""
    norms = source.grid.logit_coefficients.norm(dim=2).numpy()
    return FourierMap(norms, source.labels, tuple(source.keys))


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
)
