"""A folder that transformers opens: modelling file, configuration, tokenizer, weights and a model card.

AutoModelForCausalLM.from_pretrained(FOLDER, trust_remote_code=True)
"""

from importlib.resources import files
from typing import Any

from latebloom.exports.card import model_card
from latebloom.exports.exported import Exported, json_bytes, tensor_bytes
from latebloom.exports.format import FORMATS, Format
from latebloom.exports.vocabulary import answer_tokens, words
from latebloom.models import MLP, Transformer

UNKNOWN = "[UNK]"
_ACTIVATIONS = ("relu", "gelu", "gelu_new", "tanh", "square")
_SETTINGS = ("residual_scale", "activation", "attention", "attention_mix", "norm", "attention_bias", "unembed_bias")


def _refuses(exported: Exported) -> str | None:
    model = exported.model
    if type(model) is MLP:
        changed = getattr(model.config, "activation", "relu")
        return None if changed == "relu" else f"model.activation: got {changed}, expected relu for an MLP"
    if type(model) is not Transformer:
        return f"got a model of the kind {type(model).__name__}, expected a transformer or an MLP"
    if model.config.activation not in _ACTIVATIONS:
        return f"model.activation: got {model.config.activation}, expected one of {', '.join(_ACTIVATIONS)}"
    return None


def _files(exported: Exported) -> dict[str, bytes]:
    weights = exported.weights
    if isinstance(exported.model, Transformer):
        weights["unembed.W_U"] = exported.model.unembed.W_U
        source, shape = "transformer.py", _transformer(exported.model)
    else:
        source, shape = "mlp.py", {"d_in": len(weights["mlp.W_in"]), "d_mlp": weights["mlp.W_in"].shape[1]}
    modelling = files("latebloom.exports").joinpath("modelling", source).read_bytes()
    return {
        "README.md": model_card(exported).encode(),
        "config.json": json_bytes({**_common(exported), **shape}),
        "model.safetensors": tensor_bytes(weights),
        "modeling_latebloom.py": modelling,
        "tokenizer.json": json_bytes(_tokenizer(words(exported.task))),
        "tokenizer_config.json": json_bytes({"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": UNKNOWN}),
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
