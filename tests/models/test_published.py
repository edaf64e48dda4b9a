"""State dicts in the published layout and in TransformerLens' give the same model; malformed ones are refused."""

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.circuits.modular import modular_grid
from latebloom.models import TransformerConfig
from latebloom.models.layouts import Hints, read_state, trained_tensors
from latebloom.tasks import ModularAddition

TASK = ModularAddition(p=7)
TOKENS = torch.from_numpy(TASK.universe().tokens)


def published(model, n_ctx=3):
    """A model's weights in the published layout, with an ``=`` logit and mask buffers."""
    state = {}
    for name, value in model.state_dict().items():
        leaf = name.rsplit(".", 1)[-1]
        if leaf in ("W_Q", "W_K", "W_V"):
            value = value.transpose(1, 2)
        elif leaf == "W_O":
            value = value.flatten(0, 1).T
        elif leaf in ("W_E", "W_in", "W_out"):
            value = value.T
        elif leaf == "W_U":
            value = torch.cat([value, torch.full_like(value[:, :1], 0.25)], dim=1)
        state[name] = value.clone()
    state["blocks.0.attn.mask"] = torch.tril(torch.ones(n_ctx, n_ctx))
    return state


@pytest.mark.parametrize(("n_layers", "n_heads", "d_head", "d_mlp"), [(1, 4, 2, 12), (2, 3, 5, 8), (1, 1, 8, 0)])
def test_published_layout_gives_the_same_logits(n_layers, n_heads, d_head, d_mlp):
    config = TransformerConfig(n_layers=n_layers, d_model=8, n_heads=n_heads, d_head=d_head, d_mlp=d_mlp)
    model = config.build(TASK).double()
    read = read_state(trained_tensors(published(model))).model
    logits = read(TOKENS)
    assert logits.shape[-1] == 8
    torch.testing.assert_close(logits[..., :7], model(TOKENS))
    torch.testing.assert_close(modular_grid(read, TASK).logits, modular_grid(model, TASK).logits)


def test_published_blocks_without_neurons_add_their_input_twice():
    config = TransformerConfig(n_layers=2, d_model=8, n_heads=2, d_head=4, d_mlp=0, residual_scale=2)
    model = config.build(TASK).double()
    state = {name.replace("blocks.", "attn_blocks."): value for name, value in published(model).items()}
    read = read_state(trained_tensors(state)).model
    logits, cache = read.run_with_cache(TOKENS)
    torch.testing.assert_close(logits[..., :7], model(TOKENS))
    twice = 2 * cache["blocks.1.hook_resid_pre"] + cache["blocks.1.hook_attn_out"]
    torch.testing.assert_close(cache["blocks.1.hook_resid_post"], twice)


def test_own_layout_round_trip():
    model = TransformerConfig(d_model=8, d_head=3, d_mlp=4).build(TASK)
    again = read_state(trained_tensors(model.state_dict())).model
    assert torch.equal(again(TOKENS), model(TOKENS))


def test_trained_tensors_leave_buffers_out():
    model = TransformerConfig(d_model=8, d_head=2, d_mlp=4).build(TASK)
    assert set(trained_tensors(published(model))) == set(model.state_dict())


def test_missing_mlp_biases_are_zero():
    model = TransformerConfig(d_model=8, d_head=2, d_mlp=4).build(TASK)
    state = {name: value for name, value in model.state_dict().items() if "mlp.b_" not in name}
    assert torch.equal(read_state(trained_tensors(state)).model(TOKENS), model(TOKENS))


def without(name):
    return lambda state: {key: value for key, value in state.items() if key != name}


def altered(name, change):
    return lambda state: state | {name: change(state.get(name, torch.ones(3)))}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without("embed.W_E"), "expected names such as embed.W_E"),
        (lambda state: {}, "got nothing"),
        (altered("fc1.weight", lambda w: w), "got fc1.weight"),
        (altered("embed.W_E", lambda w: w * torch.nan), "not finite"),
        (altered("embed.W_E", lambda w: w.long()), "not finite"),
        (altered("embed.W_E", lambda w: w.to_sparse()), "not finite"),
        (altered("embed.W_E", lambda w: w.to("meta")), "not finite"),
        (altered("blocks.999999999.attn.W_Q", lambda w: w), "without a gap"),
        (altered("blocks.0.attn.W_O", lambda w: w[0, 0]), "expected 3 axes"),
        (altered("blocks.0.mlp.W_in", lambda w: w[:, :-1]), "state dict:"),
        (altered("blocks.0.attn.b_Q", lambda w: w), "expected 2 axes"),
        (altered("embed.W_E", lambda w: w[0]), "embed.W_E has shape .*, expected 2 axes"),
        (altered("unembed.W_U", lambda w: w[0]), "unembed.W_U has shape"),
        (altered("pos_embed.W_pos", lambda w: w[0, 0]), "pos_embed.W_pos has shape"),
        (altered("blocks.0.mlp.W_in", lambda w: w[0]), "blocks.0.mlp.W_in has shape"),
        (altered("embed.W_E", lambda w: w[:0]), "none empty"),
    ],
)
@pytest.mark.parametrize("layout", [published, lambda model: dict(model.state_dict())])
def test_malformed_is_one_line(damage, message, layout):
    state = layout(TransformerConfig(d_model=8, d_head=2, d_mlp=4).build(TASK))
    with pytest.raises(UsageError, match=message) as caught:
        read_state(trained_tensors(damage(state)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"zz": 3}, "model.zz: no such setting, expected one of kind, .*"),
        ({"activaton": "relu"}, "model.activaton: no such setting, .*; did you mean 'activation'?"),
        ({"activation": "foo"}, "model.activation: got 'foo', expected one of relu, .*"),
        ({"norm": "x"}, "model.norm: got 'x', expected 'none', .*"),
        ({"d_mlp": 5}, "model.d_mlp: got 5, expected 4 as in the tensors of the file"),
    ],
)
def test_what_was_said_of_the_model_and_does_not_fit_is_named(said, message):
    state = published(TransformerConfig(d_model=8, d_head=2, d_mlp=4).build(TASK))
    with pytest.raises(UsageError, match=message):
        read_state(trained_tensors(state), Hints(model=said))
