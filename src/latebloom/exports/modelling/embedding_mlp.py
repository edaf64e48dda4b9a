"""Hidden layers on the embeddings of both operands, trained with latebloom, for transformers."""

from itertools import pairwise

import torch
from torch import nn

from .common_latebloom import ACTIVATIONS, LatebloomConfig, LatebloomModel


class Embed(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.W_E = nn.Parameter(torch.zeros(config.operands, config.d_embed))

    def forward(self, tokens):
        return nn.functional.embedding(tokens, self.W_E)


class Hidden(nn.Module):
    def __init__(self, d_in, width, config):
        super().__init__()
        self.W_in = nn.Parameter(torch.zeros(d_in, width))
        self.b_in = nn.Parameter(torch.zeros(width)) if config.bias else None
        self.act = ACTIVATIONS[config.activation]
        self.hook_post = nn.Identity()

    def forward(self, x):
        x = x @ self.W_in
        return self.hook_post(self.act(x if self.b_in is None else x + self.b_in))


class Output(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.W_U = nn.Parameter(torch.zeros(config.widths[-1], config.d_vocab_out))
        biased = config.bias and config.out == "output"
        self.b_U = nn.Parameter(torch.zeros(config.d_vocab_out)) if biased else None

    def forward(self, x):
        return x @ self.W_U if self.b_U is None else x @ self.W_U + self.b_U


class LatebloomForCausalLM(LatebloomModel):
    """Logits (batch, 1, answer): the operands are the tokens at ``config.operand_positions``."""

    config_class = LatebloomConfig

    def __init__(self, config):
        super().__init__(config)
        self.embed = Embed(config)
        sizes = [config.d_embed * (2 if config.combine == "concat" else 1), *config.widths]
        self.blocks = nn.ModuleList(Hidden(a, b, config) for a, b in pairwise(sizes))
        self.unembed = None if config.out == "tied" else Output(config)
        self.post_init()

    def logits(self, tokens):
        x = self.embed(tokens[:, self.config.operand_positions])
        x = x.flatten(1)[:, None] if self.config.combine == "concat" else x.sum(1, keepdim=True)
        for block in self.blocks:
            x = block(x)
        return x @ self.embed.W_E[: self.config.d_vocab_out].T if self.unembed is None else self.unembed(x)
