"""The two-layer MLP of the write-up: the simplest model that groks modular addition."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from latebloom.models.activations import ACTIVATIONS
from latebloom.models.base import Model
from latebloom.models.configs.mlp import MLPConfig
from latebloom.models.hooks import NO_HOOKS, Hooks


class MLPWeights(nn.Module):
    """W_in (operand value, neuron), b_in, W_out (neuron, answer), b_out; not initialised."""

    def __init__(self, d_in: int, d_mlp: int, d_out: int) -> None:
        super().__init__()
        self.W_in = nn.Parameter(torch.empty(d_in, d_mlp))
        self.b_in = nn.Parameter(torch.empty(d_mlp))
        self.W_out = nn.Parameter(torch.empty(d_mlp, d_out))
        self.b_out = nn.Parameter(torch.empty(d_out))


class MLP(Model):
    """f((one-hot(x) + one-hot(y)) W_in + b_in) W_out + b_out with an activation f: one "position", the answer.

    The operands are the tokens before the last one (``=``). Where x = y the input has a single entry of two, as in the
    write-up's footnote 33. W_in has one row per operand value, so it combines embedding and input weights.
    Activations: ``mlp.hook_pre``, ``mlp.hook_post``, each (batch, 1, d_mlp).
    """

    def __init__(self, config: MLPConfig, d_vocab: int, d_vocab_out: int) -> None:
        super().__init__()
        self.config = config
        self._activation = ACTIVATIONS[config.activation]
        self.mlp = MLPWeights(d_vocab - 1, config.d_mlp, d_vocab_out)

    def init_weights(self) -> None:
        """W_in and W_out N(0, 1/d_mlp), times ``init_scale``; biases 0.

        This is our choice: the write-up does not give its own.
        """
        generator = torch.Generator().manual_seed(self.config.seed)
        for name, weight in self.named_parameters():
            if name.endswith(("b_in", "b_out")):
                nn.init.zeros_(weight)
            else:
                nn.init.normal_(weight, std=self.config.init_scale * self.config.d_mlp**-0.5, generator=generator)

    @property
    def activation_names(self) -> tuple[str, ...]:
        return ("mlp.hook_pre", "mlp.hook_post")

    @property
    def operand_rows(self) -> Float[Tensor, "operand d_mlp"]:
        """W_in, one row per operand, which is embedding and input weights in one."""
        return self.mlp.W_in

    @property
    def w_logit(self) -> Float[Tensor, "d_mlp d_vocab_out"]:
        """The neurons' linear map to the logits."""
        return self.mlp.W_out

    def forward(
        self,
        tokens: Int[Tensor, "batch pos"],
        positions: Sequence[int] | None = None,
        hooks: Hooks = NO_HOOKS,
    ) -> Float[Tensor, "batch 1 d_vocab_out"]:
        rows = nn.functional.embedding(tokens[:, :-1], self.mlp.W_in)
        pre = hooks("mlp.hook_pre", rows.sum(1, keepdim=True) + self.mlp.b_in)
        post = hooks("mlp.hook_post", self._activation.apply(pre))
        return post @ self.mlp.W_out + self.mlp.b_out
