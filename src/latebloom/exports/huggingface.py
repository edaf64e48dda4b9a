"""A folder that transformers opens: modelling file, configuration, tokenizer, weights and a model card.

AutoModelForCausalLM.from_pretrained(FOLDER, trust_remote_code=True)
"""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from latebloom.exports.card import model_card
from latebloom.exports.exported import Exported, json_bytes, tensor_bytes
from latebloom.exports.format import FORMATS, Format
from latebloom.exports.vocabulary import answer_tokens, token_settings, words
from latebloom.models import MLP, EmbeddingMLP, Linear, Model, Transformer

UNKNOWN = "[UNK]"
_TOKENIZER = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "unk_token": UNKNOWN,
    "model_input_names": ["input_ids", "attention_mask"],  # so that generate takes all that the tokenizer gives
}
_ACTIVATIONS = ("relu", "gelu", "gelu_new", "tanh", "square")
_SETTINGS = ("residual_scale", "activation", "attention", "attention_mix", "norm", "attention_bias", "unembed_bias")


def _refuses(exported: Exported) -> str | None:
    model = exported.model
    if type(model) not in _KINDS:
        kinds = ", ".join(kind.__name__ for kind in _KINDS)
        return f"got a model of the kind {type(model).__name__}, expected one of {kinds}"
    activation = _KINDS[type(model)][1](model).get("activation")
    if activation not in (None, *_ACTIVATIONS):
        return f"model.activation: got {activation}, expected one of {', '.join(_ACTIVATIONS)}"
    return None


def _files(exported: Exported) -> dict[str, bytes]:
    weights = exported.weights
    if isinstance(exported.model, Transformer):
        weights["unembed.W_U"] = exported.model.unembed.W_U  # a tied one is in no state dict
    source, shape = _KINDS[type(exported.model)]
    modelling = files("latebloom.exports").joinpath("modelling")
    return {
        "README.md": model_card(exported).encode(),
        "common_latebloom.py": modelling.joinpath("common.py").read_bytes(),
        "config.json": json_bytes({**_common(exported), **shape(exported.model)}),
        "model.safetensors": tensor_bytes(weights),
        "modeling_latebloom.py": modelling.joinpath(source).read_bytes(),
        "tokenizer.json": json_bytes(_tokenizer(words(exported.task))),
        "tokenizer_config.json": json_bytes(_TOKENIZER),
    }


def _transformer(model: Transformer) -> dict[str, Any]:
    cfg, config = model.cfg, model.config
    shape = {"n_layers": cfg.n_layers, "n_heads": cfg.n_heads, "d_model": cfg.d_model, "d_head": cfg.d_head}
    return {
        **shape,
        "d_mlp": config.d_mlp,
        "n_ctx": cfg.n_ctx,
        "positions": config.positions,
        **{name: getattr(config, name) for name in _SETTINGS},
        "hidden_size": cfg.d_model,
        "num_hidden_layers": cfg.n_layers,
        "num_attention_heads": cfg.n_heads,
    }


def _mlp(model: MLP) -> dict[str, Any]:
    d_in, d_mlp = model.mlp.W_in.shape
    return {"d_in": d_in, "d_mlp": d_mlp, "activation": model.config.activation}


def _embedding_mlp(model: EmbeddingMLP) -> dict[str, Any]:
    config = model.config
    shape = {name: getattr(config, name) for name in ("combine", "d_embed", "activation", "bias", "out")}
    return {
        **shape,
        "widths": list(config.widths),
        "operands": len(model.embed.W_E),
        "operand_positions": list(model.operand_positions),
    }


def _linear(model: Linear) -> dict[str, Any]:
    return {}


_KINDS: dict[type[Model], tuple[str, Callable[[Any], dict[str, Any]]]] = {
    Transformer: ("transformer.py", _transformer),
    MLP: ("mlp.py", _mlp),
    EmbeddingMLP: ("embedding_mlp.py", _embedding_mlp),
    Linear: ("linear.py", _linear),
}
"""By the kind of model: its modelling file, and what its configuration says besides the vocabulary."""


def _common(exported: Exported) -> dict[str, Any]:
    module = "modeling_latebloom"
    return {
        "architectures": ["LatebloomForCausalLM"],
        "model_type": "latebloom",
        "auto_map": {
            "AutoConfig": f"{module}.LatebloomConfig",
            "AutoModelForCausalLM": f"{module}.LatebloomForCausalLM",
        },
        "dtype": "float32",
        "use_cache": False,
        "tie_word_embeddings": False,
        "vocab_size": exported.task.d_vocab,
        "d_vocab": exported.task.d_vocab,
        "d_vocab_out": exported.task.d_vocab_out,
        "answer_tokens": answer_tokens(exported.task),
        "task": token_settings(exported.task),
    }


def _tokenizer(vocabulary: list[str]) -> dict[str, Any]:
    """tokenizer.json: words separated by spaces."""
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {**{word: token for token, word in enumerate(vocabulary)}, UNKNOWN: len(vocabulary)},
            "unk_token": UNKNOWN,
        },
    }


HUGGINGFACE = FORMATS.register(Format("huggingface", "transformers, and nnsight's LanguageModel", _refuses, _files))
