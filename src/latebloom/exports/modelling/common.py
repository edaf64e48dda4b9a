"""What the models of latebloom share, for transformers. Self-contained: it needs torch and transformers only."""

import torch
from torch import nn
from transformers import GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

ACTIVATIONS = {
    "relu": torch.relu,
    "gelu": nn.functional.gelu,
    "gelu_new": lambda x: nn.functional.gelu(x, approximate="tanh"),
    "tanh": torch.tanh,
    "square": torch.square,
}


class LatebloomConfig(PretrainedConfig):
    model_type = "latebloom"


class LatebloomModel(PreTrainedModel, GenerationMixin):
    """Logits (batch, pos, answer class); class i is token ``config.answer_tokens[i]`` unless that is null.

    A subclass gives ``logits``.
    """

    config_class = LatebloomConfig

    def _init_weights(self, module):
        pass

    def forward(self, input_ids, attention_mask=None, labels=None, **ignored):
        logits = self.logits(input_ids)
        loss = None if labels is None else nn.functional.cross_entropy(logits.flatten(0, 1).double(), labels.flatten())
        return CausalLMOutput(loss=loss, logits=logits)

    def prepare_inputs_for_generation(self, input_ids, attention_mask=None, **ignored):
        answers = {i: token for i, token in enumerate(self.config.answer_tokens) if token is not None}
        if not answers or any(i != token for i, token in answers.items()):
            raise ValueError("generate: the answers are classes here; class i is token config.answer_tokens[i]")
        return {"input_ids": input_ids}
