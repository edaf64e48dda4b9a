"""Layouts without an embedding: latebloom's own MLP and linear model, and torch networks on one-hot inputs."""

from collections.abc import Mapping

import torch
from torch import Tensor

from latebloom._errors import UsageError
from latebloom.models.layouts.base import LAYOUTS, Hints, Layout, Read, Shapes
from latebloom.models.layouts.chain import (
    activation_of,
    affine_layers,
    embedding_model,
    is_linear,
    loaded,
    modulus_of,
    stem_of,
)
from latebloom.models.linear import Linear
from latebloom.models.mlp import MLP, MLPConfig

_OWN_MLP = {"mlp.W_in", "mlp.b_in", "mlp.W_out", "mlp.b_out"}
_OWN_LINEAR = {"w_own", "w_shared"}


def _read_own_mlp(tensors: Mapping[str, Tensor], hints: Hints) -> Read:
    activation, assumed = activation_of(hints)
    operands, d_mlp = tensors["mlp.W_in"].shape
    outputs = tensors["mlp.W_out"].shape[1]
    p, _, searched = modulus_of(outputs, operands, hints)
    if (p, p) != (operands, outputs):
        raise UsageError(f"p: got {p} with an MLP of {operands} operands and {outputs} outputs, expected one number")
    model = MLP(MLPConfig(d_mlp=d_mlp, activation=activation), p + 1, p)
    # Its input is latebloom's usual one, x y =, of which it reads x and y.
    return Read(loaded(model, tensors), {"p": p}, {**assumed, **searched})


def _read_own_linear(tensors: Mapping[str, Tensor], hints: Hints) -> Read:
    return Read(loaded(Linear(len(tensors["w_own"])), tensors))


def _one_hot_matches(shapes: Shapes) -> bool:
    stems = {stem_of(name) for name in shapes}
    axes = all(len(shape) == (1 if name.endswith(".bias") else 2) for name, shape in shapes.items())
    whole = all(f"{stem}.weight" in shapes for stem in stems)
    return len(stems) >= 2 and all(map(is_linear, stems)) and axes and whole


def _read_one_hot(tensors: Mapping[str, Tensor], hints: Hints) -> Read:
    """A network on one-hot(x) + one-hot(y), or on both joined.

    The rows of its first matrix are its embedding, and the first hidden layer is then the identity with a bias: the
    same network, whose embedding can be read. One hidden layer on a sum is latebloom's own MLP.
    """
    *hidden, output = affine_layers(tensors)
    inputs, outputs = hidden[0].weight.shape[1], output.weight.shape[0]
    known = hints.p if hints.p is not None else outputs
    tables = inputs // known if known else 0
    if inputs % max(known, 1) or tables not in (1, 2):
        raise UsageError(
            f"weights: the first layer has {inputs} inputs for p = {known}, expected p (one-hots added) or 2p "
            "(joined); give --p"
        )
    rows = list(hidden[0].weight.T.split(known))
    first_bias = hidden[0].bias
    if tables == 1 and len(hidden) == 1 and outputs == known:
        state = {
            "mlp.W_in": rows[0],
            "mlp.b_in": rows[0].new_zeros(rows[0].shape[1]) if first_bias is None else first_bias,
            "mlp.W_out": output.weight.T,
            "mlp.b_out": output.weight.new_zeros(outputs) if output.bias is None else output.bias,
        }
        return _read_own_mlp(state, hints)
    identity = torch.eye(rows[0].shape[1], dtype=rows[0].dtype)
    layers = [(identity, first_bias), *((layer.weight.T, layer.bias) for layer in hidden[1:])]
    return embedding_model(rows, layers, (output.weight.T, output.bias), hints)


LAYOUTS.register(Layout("latebloom's MLP", "mlp.W_in", lambda shapes: set(shapes) == _OWN_MLP, _read_own_mlp))
LAYOUTS.register(
    Layout("latebloom's linear model", "w_own", lambda shapes: set(shapes) == _OWN_LINEAR, _read_own_linear)
)
LAYOUTS.register(Layout("a network on one-hot inputs", "fc1.weight", _one_hot_matches, _read_one_hot))
