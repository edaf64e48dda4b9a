"""State dicts of plain networks are read as models with the same logits, compared with torch's own modules."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from latebloom._errors import UsageError
from latebloom.models import EmbeddingMLPConfig, Linear, MLPConfig
from latebloom.models.layouts import Hints, read_state
from latebloom.models.layouts.settings import transformer_settings
from latebloom.tasks import ModularAddition

P, D, W = 7, 4, 6
X, Y = torch.cartesian_prod(torch.arange(P), torch.arange(P)).unbind(1)


def read_logits(state, hints=None):
    """The reading, and the model's logits of all pairs under the task that the reading names."""
    read = read_state(state, hints)
    task = ModularAddition(**read.task_fields)
    return read, read.model(torch.from_numpy(task.tokens(X.numpy(), Y.numpy())))[:, 0]


def weights(**shapes):
    generator = torch.Generator().manual_seed(0)
    return {name.replace("__", "."): torch.randn(shape, generator=generator).double() for name, shape in shapes.items()}


def affine(state, name, value):
    return value @ state[f"{name}.weight"].T + state.get(f"{name}.bias", 0)


def test_a_sequence_on_joined_embeddings():
    net = nn.Sequential(nn.Linear(2 * D, W), nn.ReLU(), nn.Linear(W, W), nn.ReLU(), nn.Linear(W, P))
    emb = nn.Embedding(P + 1, D)
    state = {"emb.weight": emb.weight.detach()} | {f"net.{name}": value for name, value in net.state_dict().items()}
    read, logits = read_logits(state)
    torch.testing.assert_close(logits, net(torch.cat([emb(X), emb(Y)], 1)), rtol=0, atol=1e-6)
    assert (dict(read.assumed), read.task_fields["p"]) == ({"activation": "relu", "p": P}, P)
    tanh = read_logits(state, Hints(model={"activation": "tanh"}))[1]
    for i in (1, 3):
        net[i] = nn.Tanh()
    torch.testing.assert_close(tanh, net(torch.cat([emb(X), emb(Y)], 1)), rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", ["A", "B", "C", "D", "X"])
def test_the_linear_models_of_the_clock_and_the_pizza(kind):
    inputs = 2 * D if kind == "D" else D
    state = weights(l1__weight=(W, inputs), l1__bias=(W,), unembed__weight=(P, W))
    tables = ("embed1", "embed2") if kind == "X" else ("embed",)
    state |= weights(**{f"{table}__weight": (P, D) for table in tables})
    if kind in "BC":
        state |= weights(l2__weight=(W, W), l2__bias=(W,))
    first, second = state[f"{tables[0]}.weight"][X], state[f"{tables[-1]}.weight"][Y]
    pre = affine(state, "l1", torch.cat([first, second], 1) if kind == "D" else first + second)
    value = (pre + state["l1.bias"] if kind == "C" else pre).relu()
    value = affine(state, "l2", value).relu() if kind in "BC" else value
    read, logits = read_logits(state, Hints(config={"model_type": kind, "act_fn": "ReLU"}))
    torch.testing.assert_close(logits, value @ state["unembed.weight"].T, rtol=0, atol=1e-6)
    assert read.assumed == {"p": P}
    assert ("first layer" in read_state(state).assumed) == (kind != "D")


@pytest.mark.parametrize(
    ("joined", "depth", "bias"), [(True, 1, True), (True, 2, False), (False, 1, False), (False, 2, True)]
)
def test_networks_on_one_hots(joined, depth, bias):
    sizes = [2 * P if joined else P, *[W] * depth, P]
    layers = [nn.Linear(a, b, bias=bias) for a, b in pairwise(sizes)]
    state = {f"fc{i}.{name}": v for i, layer in enumerate(layers, 1) for name, v in layer.state_dict().items()}
    one_hots = [nn.functional.one_hot(values, P).float() for values in (X, Y)]
    value = torch.cat(one_hots, 1) if joined else one_hots[0] + one_hots[1]
    for layer in layers[:-1]:
        value = layer(value).relu()
    read, logits = read_logits(state)
    torch.testing.assert_close(logits, layers[-1](value), rtol=0, atol=1e-6)
    assert read.model.config.kind == ("mlp" if (joined, depth) == (False, 1) else "embedding_mlp")


def test_the_mlp_on_a_group():
    state = weights(W_x=(P, D), W_y=(P, D), W=(2 * D, W), W_U=(W, P))
    read, logits = read_logits(state)
    joined = torch.cat([state["W_x"][X], state["W_y"][Y]], 1)
    torch.testing.assert_close(logits, (joined @ state["W"]).relu() @ state["W_U"], rtol=0, atol=1e-6)
    assert read.task_fields["separate_operands"]
    with pytest.raises(UsageError, match="the bilinear network of Chughtai"):
        read_state({name: value for name, value in state.items() if name != "W"})


@pytest.mark.parametrize(
    "config",
    [
        MLPConfig(d_mlp=W),
        EmbeddingMLPConfig(d_embed=D, widths=(W, 5), out="output"),
        EmbeddingMLPConfig(d_embed=D, widths=(W,), combine="concat", bias=False),
        EmbeddingMLPConfig(d_embed=W, widths=(W,), out="tied"),
    ],
)
def test_our_own_state_dicts(config):
    task = ModularAddition(p=P)
    model = config.build(task)
    read, logits = read_logits(model.state_dict())
    assert torch.equal(logits, model(torch.from_numpy(task.tokens(X.numpy(), Y.numpy())))[:, 0])
    assert read.model.config.model_copy(update={"seed": 0}) == config


def test_a_table_of_its_own_for_y_is_seen():
    task = ModularAddition(p=P, separate_operands=True)
    read = read_state(EmbeddingMLPConfig(d_embed=D, widths=(W,)).build(task).state_dict())
    assert read.task_fields == {"p": P, "equals": False, "separate_operands": True}


def test_our_linear_model():
    read = read_state({"w_own": torch.ones(5), "w_shared": torch.ones(1)})
    assert isinstance(read.model, Linear)
    assert read.task_fields == {}


@pytest.mark.parametrize(
    ("state", "hints", "message"),
    [
        ({"emb__weight": (P, D), "net__0__weight": (W, 3), "net__2__weight": (P, W)}, Hints(), "has 3 inputs"),
        ({"emb__weight": (P, D), "net__0__weight": (W, D), "net__2__weight": (P, 5)}, Hints(), "net.0 has 6 outputs"),
        ({"fc1__weight": (W, 9), "fc2__weight": (P, W)}, Hints(), "expected p .one-hots added. or 2p .joined."),
        ({"emb__weight": (P, D), "l1__weight": (W, D), "l2__weight": (P, W)}, Hints(p=9), "p: got 9"),
        ({"embed__weight": (P, D), "encoder__attn__weight": (W, D)}, Hints(), "which no known layout has"),
    ],
)
def test_what_does_not_fit_is_named_in_one_line(state, hints, message):
    with pytest.raises(UsageError, match=message) as caught:
        read_state(weights(**state), hints)
    assert "\n" not in str(caught.value)


def test_an_unknown_activation_is_named():
    state = weights(emb__weight=(P, D), l1__weight=(W, D), l2__weight=(P, W))
    with pytest.raises(UsageError, match="activation: got swish, expected one of relu"):
        read_state(state, Hints(config={"act_fn": "swish"}))


def test_a_norm_that_the_model_does_not_have_is_refused_by_name():
    with pytest.raises(UsageError, match="norm 'rms', expected one of ln, lnpre, none, layernorm, layernorm_pre"):
        transformer_settings(Hints(config={"norm": "rms"}))
    assert transformer_settings(Hints(config={"norm": "layernorm_pre"})) == {"norm": "layernorm_pre"}
