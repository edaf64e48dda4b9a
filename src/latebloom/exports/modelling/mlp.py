"""The two-layer MLP of latebloom, for transformers."""

import torch
from torch import nn

from .common_latebloom import ACTIVATIONS, LatebloomConfig, LatebloomModel


class MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.W_in = nn.Parameter(torch.zeros(config.d_in, config.d_mlp))
        self.b_in = nn.Parameter(torch.zeros(config.d_mlp))
        self.W_out = nn.Parameter(torch.zeros(config.d_mlp, config.d_vocab_out))
        self.b_out = nn.Parameter(torch.zeros(config.d_vocab_out))
        self.act = ACTIVATIONS[config.activation]
        self.hook_post = nn.Identity()

    def forward(self, tokens):
        rows = nn.functional.embedding(tokens[:, :-1], self.W_in).sum(1, keepdim=True)
        return self.hook_post(self.act(rows + self.b_in)) @ self.W_out + self.b_out


class LatebloomForCausalLM(LatebloomModel):
    """Logits (batch, 1, answer) for ``x y =``: the operands are the tokens before the last one."""

    config_class = LatebloomConfig

    def __init__(self, config):
        super().__init__(config)
        self.mlp = MLP(config)
        self.post_init()

    def logits(self, tokens):
        return self.mlp(tokens)
