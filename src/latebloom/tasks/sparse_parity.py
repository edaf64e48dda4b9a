"""The parity of a few of many bits: a task whose loss does not move until it is almost solved."""

from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Int
from pydantic import Field, model_validator

from latebloom.tasks.base import Batch, Task

MOST = 1000
"""The largest number of bits."""


class SparseParity(Task):
    """n uniform bits; the answer is the parity of the first k of them. Tokens are the bits; there is no ``=``.

    A model does not know which bits are relevant, and no smaller set of bits says anything about the answer. That the
    first ones are relevant is no restriction for models that treat all bits alike.
    Source: Barak et al. 2022, "Hidden Progress in Deep Learning: SGD Learns Parities Near the Computational Limit".
    """

    summary: ClassVar[str] = "the parity of a few of many bits"

    name: Literal["sparse_parity"] = "sparse_parity"
    bits: int = Field(default=40, ge=1, le=MOST, description="bits of an example, n")
    relevant: int = Field(default=3, ge=1, description="bits that the answer depends on, k: the first ones")

    @model_validator(mode="after")
    def _has_relevant_bits(self) -> "SparseParity":
        if self.relevant > self.bits:
            raise ValueError(f"relevant: got {self.relevant} with {self.bits} bits, expected {self.bits} at most")
        return self

    @property
    def d_vocab(self) -> int:
        return 2

    @property
    def d_vocab_out(self) -> int:
        return 2

    @property
    def n_ctx(self) -> int:
        return self.bits

    @property
    def loss_positions(self) -> tuple[int, ...]:
        return (self.bits - 1,)

    @property
    def components(self) -> tuple[str, ...]:
        return ("answer",)

    def universe(self) -> None:
        """2^n examples are too many to list."""
        return None

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        return self.batch(rng.integers(0, 2, (count, self.bits)))

    def batch(self, bits: Int[np.ndarray, "batch bit"]) -> Batch:
        """The examples with these bits."""
        labels = bits[:, : self.relevant].sum(1, keepdims=True) % 2
        return Batch(bits, labels, np.zeros_like(labels))
