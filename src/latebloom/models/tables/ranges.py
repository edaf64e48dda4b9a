"""What compiled code takes on trust: tokens and labels that are in range, and weights that are numbers."""

import numpy as np
from jaxtyping import Float, Int


def check_batch(
    tokens: Int[np.ndarray, "batch pos"], labels: Int[np.ndarray, "batch answer"], d_vocab: int, outputs: int
) -> None:
    """IndexError for a token that is not in the vocabulary, or a label that is none of the outputs."""
    for name, values, count in (("tokens", tokens, d_vocab), ("labels", labels, outputs)):
        if values.size and (values.min() < 0 or values.max() >= count):
            raise IndexError(f"{name}: got {values.min()} to {values.max()}, expected 0 to {count - 1}")


def mean_loss(losses: Float[np.ndarray, " batch"], read_by_neuron: Float[np.ndarray, "neuron out"]) -> float:
    """The mean loss (nats). It is no number where one of these weights is none, as in the plain forward: products that
    leave out inactive neurons do not read the row of one that is active in no example."""
    with np.errstate(invalid="ignore"):
        total = float(read_by_neuron.sum(dtype=np.float64))
    return float(losses.mean()) + 0.0 * total
