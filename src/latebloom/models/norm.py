"""Size of weights."""

from collections.abc import Iterable

from torch import Tensor


def sum_squared_weights(weights: Iterable[Tensor]) -> float:
    """Σ w² over all entries of all tensors, summed in float64."""
    return sum(float(weight.detach().double().square().sum()) for weight in weights)
