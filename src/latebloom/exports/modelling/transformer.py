"""A transformer trained with latebloom, for transformers."""

import torch
from torch import nn

from .common_latebloom import ACTIVATIONS, LatebloomConfig, LatebloomModel

EPS = 1e-5


class Norm(nn.Module):
    def __init__(self, config):
        super().__init__()
        if config.norm == "layernorm":
            self.w = nn.Parameter(torch.ones(config.d_model))
            self.b = nn.Parameter(torch.zeros(config.d_model))
        self.kind = config.norm

    def forward(self, x):
        if self.kind == "none":
            return x
        x = x - x.mean(-1, keepdim=True)
        x = x / (x.square().mean(-1, keepdim=True) + EPS).sqrt()
        return x * self.w + self.b if self.kind == "layernorm" else x


class Embed(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.W_E = nn.Parameter(torch.zeros(config.d_vocab, config.d_model))

    def forward(self, tokens):
        return nn.functional.embedding(tokens, self.W_E)


class PosEmbed(nn.Module):
    def __init__(self, config):
        super().__init__()
        if config.positions:
            self.W_pos = nn.Parameter(torch.zeros(config.n_ctx, config.d_model))
        self.used = config.positions

    def forward(self, tokens):
        return self.W_pos[: tokens.shape[1]] if self.used else 0


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        heads, model, head = config.n_heads, config.d_model, config.d_head
        self.W_Q = nn.Parameter(torch.zeros(heads, model, head))
        self.W_K = nn.Parameter(torch.zeros(heads, model, head))
        self.W_V = nn.Parameter(torch.zeros(heads, model, head))
        self.W_O = nn.Parameter(torch.zeros(heads, head, model))
        if config.attention_bias:
            self.b_Q, self.b_K, self.b_V = (nn.Parameter(torch.zeros(heads, head)) for _ in range(3))
            self.b_O = nn.Parameter(torch.zeros(model))
        self.config = config
        self.hook_pattern, self.hook_z = nn.Identity(), nn.Identity()

    def project(self, x, name):
        out = torch.einsum("bpm,hmd->bphd", x, getattr(self, f"W_{name}"))
        return out + getattr(self, f"b_{name}") if self.config.attention_bias else out

    def forward(self, x):
        q, k, v = (self.project(x, name) for name in "QKV")
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / q.shape[-1] ** 0.5
        unseen = torch.zeros(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device)
        if self.config.attention == "causal":
            unseen = torch.ones_like(unseen).triu(1)
        mix = self.config.attention_mix
        pattern = mix * scores.masked_fill(unseen, -torch.inf).softmax(-1)
        if mix != 1:
            pattern = pattern + (1 - mix) * ~unseen
        z = self.hook_z(torch.einsum("bhqk,bkhd->bqhd", self.hook_pattern(pattern), v))
        out = torch.einsum("bqhd,hdm->bqm", z, self.W_O)
        return out + self.b_O if self.config.attention_bias else out


class MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.W_in = nn.Parameter(torch.zeros(config.d_model, config.d_mlp))
        self.b_in = nn.Parameter(torch.zeros(config.d_mlp))
        self.W_out = nn.Parameter(torch.zeros(config.d_mlp, config.d_model))
        self.b_out = nn.Parameter(torch.zeros(config.d_model))
        self.act = ACTIVATIONS[config.activation]
        self.hook_post = nn.Identity()

    def forward(self, x):
        return self.hook_post(self.act(x @ self.W_in + self.b_in)) @ self.W_out + self.b_out


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.ln1, self.attn = Norm(config), Attention(config)
        self.ln2, self.mlp = (Norm(config), MLP(config)) if config.d_mlp else (None, None)
        self.residual_scale = config.residual_scale

    def forward(self, x):
        x = self.residual_scale * x + self.attn(self.ln1(x))
        return x if self.mlp is None else x + self.mlp(self.ln2(x))


class Unembed(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.W_U = nn.Parameter(torch.zeros(config.d_model, config.d_vocab_out))
        if config.unembed_bias:
            self.b_U = nn.Parameter(torch.zeros(config.d_vocab_out))
        self.bias = config.unembed_bias

    def forward(self, x):
        return x @ self.W_U + self.b_U if self.bias else x @ self.W_U


class LatebloomForCausalLM(LatebloomModel):
    """Logits (batch, pos, answer class); class i is token ``config.answer_tokens[i]``."""

    config_class = LatebloomConfig

    def __init__(self, config):
        super().__init__(config)
        self.embed, self.pos_embed = Embed(config), PosEmbed(config)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.n_layers))
        self.ln_final, self.unembed = Norm(config), Unembed(config)
        self.post_init()

    def logits(self, tokens):
        x = self.embed(tokens) + self.pos_embed(tokens)
        for block in self.blocks:
            x = block(x)
        return self.unembed(self.ln_final(x))
