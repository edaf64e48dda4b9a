"""An MLP that reads bits: one hidden layer on ±1 inputs."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from latebloom.models.activations import ACTIVATIONS
from latebloom.models.base import Model
from latebloom.models.configs.bits_mlp import BitsMLPConfig
from latebloom.models.hooks import NO_HOOKS, Hooks
from latebloom.models.mlp import MLPWeights


class BitsMLP(Model):
    """f(s W_in + b_in) W_out + b_out with s = 1 - 2·bit and an activation f: one "position", the answer.

    Activations: ``mlp.hook_pre``, ``mlp.hook_post``, each (batch, 1, d_mlp). Source: the two-layer MLP of Barak et al.
    2022, with cross-entropy over two outputs.
    """

    def __init__(self, config: BitsMLPConfig, bits: int, d_vocab_out: int) -> None:
        super().__init__()
        self.config = config
        self._activation = ACTIVATIONS[config.activation]
        self.mlp = MLPWeights(bits, config.d_mlp, d_vocab_out)

    def init_weights(self) -> None:
        """Weights and biases uniform within ±1/√(number of inputs): torch's default for linear layers, as in Barak et
        al. 2022. Without random biases the neurons would be even functions of s but for their linear part."""
        generator = torch.Generator().manual_seed(self.config.seed)
        for weights, bias in ((self.mlp.W_in, self.mlp.b_in), (self.mlp.W_out, self.mlp.b_out)):
            bound = len(weights) ** -0.5
            for tensor in (weights, bias):
                nn.init.uniform_(tensor, -bound, bound, generator=generator)

    @property
    def activation_names(self) -> tuple[str, ...]:
        return ("mlp.hook_pre", "mlp.hook_post")

    def forward(
        self,
        tokens: Int[Tensor, "batch pos"],
        positions: Sequence[int] | None = None,
        hooks: Hooks = NO_HOOKS,
    ) -> Float[Tensor, "batch 1 d_vocab_out"]:
        signs = (1 - 2 * tokens[:, None]).to(self.mlp.W_in)
        pre = hooks("mlp.hook_pre", signs @ self.mlp.W_in + self.mlp.b_in)
        post = hooks("mlp.hook_post", self._activation.apply(pre))
        return post @ self.mlp.W_out + self.mlp.b_out
