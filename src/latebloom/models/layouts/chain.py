"""What layouts of plain networks share: linear layers in order, tables of embeddings, the activation, the modulus."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.models.activations import ACTIVATIONS, RELU
from latebloom.models.embedding_mlp import EmbeddingMLP, EmbeddingMLPConfig
from latebloom.models.layouts.base import Hints, Read, in_their_precision

ONE_TABLE = ("embed", "emb", "embedding", "embeddings", "token_emb", "tok_emb", "embed.W_E")
"""Stems of an embedding that both operands share."""

TWO_TABLES = (
    ("embed1", "embed2"),
    ("emb1", "emb2"),
    ("x_embed", "y_embed"),
    ("embed_x", "embed_y"),
    ("emb_x", "emb_y"),
    ("embedding_left", "embedding_right"),
)
"""Stems of two embeddings, for x and for y."""

UNEMBED = ("unembed", "unembedding")
"""Stems of a matrix (answer, neuron) by which the last hidden layer is multiplied."""

_LINEAR = re.compile(
    r"^(?:(?:net|mlp|layers|linears|stack|seq|model|linear)\.)*"
    r"(?:l|lin|linear|linears|fc|layer|layers|dense|hidden|out|output|head|readout|net|mlp)?[._]?\d*$"
)
_LAST = re.compile(r"(?:^|\.)(?:out|output|head|readout)\w*$")
_OTHER_NAMES = {"quad": "square", "gelu_pytorch_tanh": "gelu_new"}


@dataclass(frozen=True)
class Affine:
    """One layer of torch's kind: weight (out, in), and bias (out) or None."""

    stem: str
    weight: Float[Tensor, "out in"]
    bias: Float[Tensor, " out"] | None


def stem_of(name: str) -> str:
    """The name of a module: that of its parameter without ``.weight`` or ``.bias``."""
    return name.removesuffix(".weight").removesuffix(".bias")


def is_linear(stem: str) -> bool:
    """Whether a module with this name is a layer of a plain network, such as ``net.0``, ``fc1`` or ``2``."""
    return bool(stem) and _LINEAR.match(stem) is not None


def affine_layers(tensors: Mapping[str, Tensor]) -> list[Affine]:
    """The layers in order: by the numbers in their names, those called out, output or head last.

    Errors: UsageError where two layers do not fit together.
    """
    stems = dict.fromkeys(stem_of(name) for name in tensors)
    ordered = sorted((stem for stem in stems if is_linear(stem)), key=_place)
    layers = [Affine(stem, tensors[f"{stem}.weight"], tensors.get(f"{stem}.bias")) for stem in ordered]
    for before, after in pairwise(layers):
        if before.weight.shape[0] != after.weight.shape[1]:
            raise UsageError(
                f"weights: {before.stem} has {before.weight.shape[0]} outputs and {after.stem} "
                f"{after.weight.shape[1]} inputs, expected equal numbers of layers one after another"
            )
    return layers


def _place(stem: str) -> tuple[bool, list[int], str]:
    return _LAST.search(stem) is not None, [int(number) for number in re.findall(r"\d+", stem)], stem


def activation_of(hints: Hints) -> tuple[str, dict[str, Any]]:
    """The activation that the hints name, and what is assumed where they name none: ReLU.

    Errors: UsageError for an activation that is not known.
    """
    given = hints.model.get("activation") or hints.setting("activation", "act_fn", "act_type", "act")
    if given is None:
        return RELU.name, {"activation": RELU.name}
    name = _OTHER_NAMES.get(str(given).lower(), str(given).lower())
    if name not in ACTIVATIONS:
        raise UsageError(f"activation: got {given}, expected one of {', '.join(ACTIVATIONS)}")
    return name, {}


def modulus_of(outputs: int, rows: int, hints: Hints) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """p, the fields of a `ModularTask` without ``=``, and what is assumed; all outputs beyond p are extra answers.

    rows: operands of one embedding. Errors: UsageError for a p that is too small or that the embedding does not cover.
    """
    known = hints.p if hints.p is not None else hints.setting("p", "C", "n_vocab", "mod", "modulus")
    p = known if isinstance(known, int) and not isinstance(known, bool) else min(outputs, rows)
    if not 3 <= p <= min(outputs, rows):
        raise UsageError(
            f"p: got {p} with {rows} inputs and {outputs} outputs, expected a number from 3 to {min(outputs, rows)}"
        )
    extra = {"extra_answers": outputs - p} if outputs > p else {}
    return p, {"p": p, "equals": False, **extra}, {} if p == known else {"p": p}


def embedding_model(
    tables: Sequence[Float[Tensor, "row d_embed"]],
    hidden: Sequence[tuple[Float[Tensor, "_in _out"], Float[Tensor, " _out"] | None]],
    last: tuple[Float[Tensor, "width d_out"], Float[Tensor, " d_out"] | None],
    hints: Hints,
    assumed: Mapping[str, Any] | None = None,
) -> Read:
    """A model on embeddings with these weights.

    tables: one for both operands, or one for x and one for y. hidden: W_in and b_in of each hidden layer. last: W_U and
    b_U. Errors: UsageError where the first layer fits neither E_x + E_y nor both joined.
    """
    activation, guessed = activation_of(hints)
    p, fields, searched = modulus_of(last[0].shape[1], min(map(len, tables)), hints)
    d_embed, inputs = tables[0].shape[1], hidden[0][0].shape[0]
    if inputs not in (d_embed, 2 * d_embed):
        raise UsageError(
            f"weights: the first layer has {inputs} inputs and the embedding {d_embed} columns, expected {d_embed} "
            f"inputs for E_x + E_y or {2 * d_embed} for both joined"
        )
    with_bias = any(bias is not None for _, bias in (*hidden, last))
    config = EmbeddingMLPConfig(
        combine="add" if inputs == d_embed else "concat",
        d_embed=d_embed,
        widths=tuple(weight.shape[1] for weight, _ in hidden),
        activation=activation,
        bias=with_bias,
        out="unembed" if last[1] is None else "output",
    )
    if len(tables) == 2:
        fields["separate_operands"] = True
    model = EmbeddingMLP(config, p * len(tables), last[0].shape[1])
    state = {"embed.W_E": torch.cat([table[:p] for table in tables]), "unembed.W_U": last[0]}
    if last[1] is not None:
        state["unembed.b_U"] = last[1]
    for i, (weight, bias) in enumerate(hidden):
        state[f"blocks.{i}.W_in"] = weight
        if with_bias:
            state[f"blocks.{i}.b_in"] = weight.new_zeros(weight.shape[1]) if bias is None else bias
    return Read(loaded(model, state), fields, {**guessed, **searched, **(assumed or {})})


def loaded(model: Any, state: Mapping[str, Tensor]) -> Any:
    """The model with these weights, in their precision. Errors: UsageError where a name or a shape does not fit."""
    try:
        in_their_precision(model, state)
    except RuntimeError as error:
        raise UsageError(f"weights: {' '.join(str(error).split())}") from None
    return model
