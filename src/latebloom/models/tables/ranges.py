"""The range of tokens and labels: compiled code would read and write beyond its arrays for others."""

import numpy as np
from jaxtyping import Int


def check_batch(
    tokens: Int[np.ndarray, "batch pos"], labels: Int[np.ndarray, "batch answer"], d_vocab: int, outputs: int
) -> None:
    """IndexError for a token that is not in the vocabulary, or a label that is none of the outputs."""
    for name, values, count in (("tokens", tokens, d_vocab), ("labels", labels, outputs)):
        if values.size and (values.min() < 0 or values.max() >= count):
            raise IndexError(f"{name}: got {values.min()} to {values.max()}, expected 0 to {count - 1}")
