"""The parity of a few hidden bits, with a token ``=``, for a transformer: a task of a package of one's own."""

import numpy as np
from pydantic import Field

from latebloom.tasks import Batch, Task


class HiddenParity(Task):
    """Bits ``0 1 1 0 … =``; the answer is the parity of the first ``hidden`` of them.

    Source: Barak et al., "Hidden Progress in Deep Learning: SGD Learns Parities Near the Computational Limit", 2022.
    """

    summary = "the parity of the first few of some bits"
    bits: int = Field(default=8, ge=1, le=20, description="bits of an example")
    hidden: int = Field(default=2, ge=1, description="bits that the answer depends on")

    @property
    def d_vocab(self) -> int:
        return 3

    @property
    def d_vocab_out(self) -> int:
        return 2

    @property
    def n_ctx(self) -> int:
        return self.bits + 1

    @property
    def loss_positions(self) -> tuple[int, ...]:
        return (self.bits,)

    @property
    def components(self) -> tuple[str, ...]:
        return ("answer",)

    def universe(self) -> Batch:
        numbers = np.arange(2**self.bits)
        return self._batch(numbers[:, None] >> np.arange(self.bits) & 1)

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        return self._batch(rng.integers(0, 2, (count, self.bits)))

    def _batch(self, bits: np.ndarray) -> Batch:
        tokens = np.concatenate([bits, np.full((len(bits), 1), 2)], axis=1)
        labels = bits[:, : self.hidden].sum(1, keepdims=True) % 2
        return Batch(tokens, labels, np.zeros_like(labels))
