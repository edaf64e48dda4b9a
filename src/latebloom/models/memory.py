"""Whether a model fits into memory, by an estimate before any of it is allocated."""

from latebloom._memory import check_bytes

BYTES_PER_WEIGHT = 40
"""Training holds a weight, its gradient and two moments of the optimiser, each in float32. Storing its state copies all
but the gradient, and then holds the bytes of the file."""

BYTES_PER_BLOCK = 40_000
"""The Python objects of one transformer block, measured on blocks with a width of 1."""


def check_memory(kind: str, weights: int, blocks: int = 0) -> None:
    """UsageError where a model with so many weights and blocks takes more memory in training than there is."""
    needed = weights * BYTES_PER_WEIGHT + blocks * BYTES_PER_BLOCK
    check_bytes(f"model: got a {kind} of {weights:.3g} weights", needed, "smaller sizes")
