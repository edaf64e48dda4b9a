"""Layouts of networks on embeddings: torch modules, the linear models of Zhong et al., the MLPs of Chughtai et al."""

from collections.abc import Mapping

from torch import Tensor

from latebloom._errors import UsageError
from latebloom.models.embedding_mlp import EmbeddingMLP, EmbeddingMLPConfig
from latebloom.models.layouts.base import LAYOUTS, Hints, Layout, Read, Shapes
from latebloom.models.layouts.chain import (
    ONE_TABLE,
    TWO_TABLES,
    UNEMBED,
    activation_of,
    affine_layers,
    embedding_model,
    is_linear,
    loaded,
    modulus_of,
    stem_of,
)

_SUMMED_AFTER = "C"
"""The model of Zhong et al. that has l1(E_x) + l1(E_y), so that the bias of l1 counts twice. Names and shapes are those
of their model B."""


def _tables(stems: set[str]) -> tuple[str, ...]:
    """The stems of the embeddings: one, or those for x and y; none where this is another layout."""
    pairs = [pair for pair in TWO_TABLES if stems.issuperset(pair)]
    alone = [stem for stem in ONE_TABLE if stem in stems]
    return pairs[0] if pairs else tuple(alone[:1])


def _weight(tensors: Mapping[str, Tensor], stem: str) -> Tensor:
    return tensors[f"{stem}.weight"] if f"{stem}.weight" in tensors else tensors[stem]


def _torch_matches(shapes: Shapes) -> bool:
    stems = {stem_of(name) for name in shapes}
    tables = set(_tables(stems))
    layers = {stem for stem in stems - tables if is_linear(stem)}
    rest = stems - tables - layers - set(UNEMBED)
    axes = all(len(shape) == (1 if name.endswith(".bias") else 2) for name, shape in shapes.items())
    whole = all(f"{stem}.weight" in shapes for stem in layers)
    enough = len(layers) + len(stems & set(UNEMBED)) >= 2
    return bool(tables) and bool(layers) and not rest and axes and whole and enough


def _read_torch(tensors: Mapping[str, Tensor], hints: Hints) -> Read:
    stems = {stem_of(name) for name in tensors}
    layers = affine_layers(tensors)
    unembed = next((stem for stem in UNEMBED if stem in stems), None)
    assumed = {}
    if unembed is None:
        *layers, output = layers
        last = (output.weight.T, output.bias)
    else:
        last = (_weight(tensors, unembed).T, tensors.get(f"{unembed}.bias"))
        if last[0].shape[0] != layers[-1].weight.shape[0]:
            raise UsageError(
                f"weights: {unembed} has {last[0].shape[0]} columns and {layers[-1].stem} {layers[-1].weight.shape[0]} "
                "outputs, expected equal numbers"
            )
    hidden = [(layer.weight.T, layer.bias) for layer in layers]
    tables = [_weight(tensors, stem) for stem in _tables(stems)]
    if hidden[0][0].shape[0] == tables[0].shape[1] and hidden[0][1] is not None:
        kind = hints.setting("model_type")
        if kind == _SUMMED_AFTER:
            hidden[0] = (hidden[0][0], 2 * hidden[0][1])
        elif kind is None:
            assumed["first layer"] = "on E_x + E_y, its bias added once"
    return embedding_model(tables, hidden, last, hints, assumed)


def _read_own(tensors: Mapping[str, Tensor], hints: Hints) -> Read:
    """latebloom's own state dict. Whether y has a table of its own is seen from the number of rows."""
    activation, assumed = activation_of(hints)
    W_E, first = tensors["embed.W_E"], tensors["blocks.0.W_in"]
    rows, d_embed = W_E.shape
    depth = sum(name.endswith(".W_in") for name in tensors)
    widths = tuple(tensors[f"blocks.{i}.W_in"].shape[1] for i in range(depth) if f"blocks.{i}.W_in" in tensors)
    if len(widths) < depth or len(first) not in (d_embed, 2 * d_embed):
        raise UsageError("weights: the blocks of this embedding_mlp do not fit together; expected its whole state dict")
    W_U = tensors.get("unembed.W_U")
    outputs = rows if W_U is None else W_U.shape[1]
    separate = rows == 2 * outputs
    p, fields, searched = modulus_of(outputs, rows // 2 if separate else rows, hints)
    config = EmbeddingMLPConfig(
        combine="add" if len(first) == d_embed else "concat",
        d_embed=d_embed,
        widths=widths,
        activation=activation,
        bias="blocks.0.b_in" in tensors,
        out="tied" if W_U is None else "output" if "unembed.b_U" in tensors else "unembed",
    )
    extra = {"separate_operands": True} if separate else {"extra_tokens": rows - p} if rows > p else {}
    return Read(loaded(EmbeddingMLP(config, rows, outputs), tensors), fields | extra, {**assumed, **searched})


def _read_groups(tensors: Mapping[str, Tensor], hints: Hints) -> Read:
    if "W" not in tensors:
        raise UsageError(
            "weights: got W_x, W_y and W_U without a hidden layer, which is the bilinear network of Chughtai et al. "
            "(E_x times E_y); expected their MLP, which has W too"
        )
    hidden = [(tensors["W"], None)]
    return embedding_model([tensors["W_x"], tensors["W_y"]], hidden, (tensors["W_U"], None), hints)


LAYOUTS.register(
    Layout(
        "latebloom's model on embeddings",
        "blocks.0.W_in",
        lambda shapes: {"embed.W_E", "blocks.0.W_in"} <= set(shapes) and len(shapes["embed.W_E"]) == 2,
        _read_own,
    )
)
LAYOUTS.register(
    Layout(
        "the MLP of Chughtai et al. 2023",
        "W_x",
        lambda shapes: (
            {"W_x", "W_y", "W_U"} <= set(shapes) <= {"W_x", "W_y", "W", "W_U"}
            and all(len(shape) == 2 for shape in shapes.values())
        ),
        _read_groups,
    )
)
LAYOUTS.register(Layout("a network on embeddings", "emb.weight and net.0.weight", _torch_matches, _read_torch))
