"""The linear model of latebloom, for transformers."""

import torch
from torch import nn

from .common_latebloom import LatebloomConfig, LatebloomModel


class LatebloomForCausalLM(LatebloomModel):
    """Logits (batch, pos, 2) of the wrong and the right answer: 0 and w_shared + w_own[example]."""

    config_class = LatebloomConfig

    def __init__(self, config):
        super().__init__(config)
        self.w_own = nn.Parameter(torch.zeros(config.d_vocab))
        self.w_shared = nn.Parameter(torch.zeros(1))
        self.hook_margin = nn.Identity()
        self.post_init()

    def logits(self, tokens):
        margin = self.hook_margin(self.w_shared + self.w_own[tokens])
        return torch.stack([torch.zeros_like(margin), margin], dim=-1)
