"""Examples that can be memorised, or answered from a feature that all of them share."""

from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Int
from pydantic import Field

from latebloom.tasks.base import Batch, Task


class SharedFeature(Task):
    """Example i has two features, one of its own and one that all examples have; the answer is always 1.

    Token i stands for example i. A model can put a weight on the own feature of each example, which does not help with
    unseen examples, or one weight on the shared feature, which answers all of them. With half of 200 examples this is
    the model with 100 memorising weights and one generalising weight that is discussed below the write-up.
    """

    summary: ClassVar[str] = "always 1, predictable from the own feature of each example or from a shared one"

    name: Literal["shared_feature"] = "shared_feature"
    examples: int = Field(default=200, ge=2, le=1_000_000, description="number of examples, train and test together")

    @property
    def d_vocab(self) -> int:
        return self.examples

    @property
    def d_vocab_out(self) -> int:
        return 2

    @property
    def n_ctx(self) -> int:
        return 1

    @property
    def loss_positions(self) -> tuple[int, ...]:
        return (0,)

    @property
    def components(self) -> tuple[str, ...]:
        return ("answer",)

    def universe(self) -> Batch:
        return self._batch(np.arange(self.examples))

    def sample(self, count: int, rng: np.random.Generator) -> Batch:
        return self._batch(rng.integers(0, self.examples, size=count))

    @staticmethod
    def _batch(examples: Int[np.ndarray, " batch"]) -> Batch:
        tokens = examples[:, None]
        return Batch(tokens, np.ones_like(tokens), np.zeros_like(tokens))
