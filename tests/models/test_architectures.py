"""Every setting of the transformer against formulas written out here, and the fast forward passes against the plain
one over random settings."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from latebloom._errors import UsageError
from latebloom.circuits.modular.pair_forward import has_pair_tables, pair_forward
from latebloom.circuits.modular.plain_forward import plain_forward
from latebloom.models import Examples, Transformer, TransformerConfig, cross_entropy
from latebloom.models.components import ACTIVATIONS
from latebloom.models.hooks import UNFUSED
from latebloom.models.tables import AnswerBatch, TableBatch, answers_apply, named_weights, tables_apply
from latebloom.tasks import ModularAddition

SMALL = {"d_model": 8, "n_heads": 2, "d_head": 4, "d_mlp": 12}

LAYOUTS = st.fixed_dictionaries(
    {
        "equals": st.booleans(),
        "operator": st.booleans(),
        "separate_operands": st.booleans(),
        "extra_tokens": st.integers(0, 2),
        "extra_answers": st.integers(0, 2),
    }
)
ARCHITECTURES = st.fixed_dictionaries(
    {
        "n_layers": st.sampled_from([1, 1, 2]),
        "activation": st.sampled_from(list(ACTIVATIONS)),
        "attention": st.sampled_from(["causal", "bidirectional"]),
        "attention_mix": st.sampled_from([1.0, 1.0, 0.3, 0.0]),
        "norm": st.sampled_from(["none", "none", "layernorm", "layernorm_pre"]),
        "attention_bias": st.booleans(),
        "unembed_bias": st.booleans(),
        "positions": st.booleans(),
        "tied": st.booleans(),
    }
)


def random_model(task, **fields):
    """In float64, with every weight random, biases and gains too."""
    model = TransformerConfig(**SMALL, **fields).build(task).double()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.5 * torch.randn(weight.shape, generator=generator, dtype=torch.float64)
    return model


def by_hand(model, tokens):
    """The forward pass at all positions, one head at a time, from the state dict alone."""
    c, w = model.config, {**model.state_dict()}
    length = tokens.shape[1]
    resid = w["embed.W_E"][tokens]
    if c.positions:
        resid = resid + w["pos_embed.W_pos"][:length]

    def norm(x, name):
        if c.norm == "none":
            return x
        x = (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True, correction=0) + 1e-5).sqrt()
        return x if c.norm == "layernorm_pre" else x * w[f"{name}.w"] + w[f"{name}.b"]

    seen = torch.ones(length, length, dtype=torch.float64)
    seen = seen.tril() if c.attention == "causal" else seen
    for i in range(c.n_layers):
        at, x, out = f"blocks.{i}.attn", norm(resid, f"blocks.{i}.ln1"), 0
        for h in range(c.n_heads):
            q, k, v = (
                x @ w[f"{at}.W_{n}"][h] + (w[f"{at}.b_{n}"][h] if c.attention_bias else 0) for n in ("Q", "K", "V")
            )
            scores = (q @ k.mT / c.d_head**0.5).masked_fill(seen == 0, -torch.inf)
            weights = (scores - scores.amax(-1, keepdim=True)).exp()
            pattern = c.attention_mix * weights / weights.sum(-1, keepdim=True) + (1 - c.attention_mix) * seen
            out = out + pattern @ v @ w[f"{at}.W_O"][h]
        resid = resid + out + (w[f"{at}.b_O"] if c.attention_bias else 0)
        mlp, x = f"blocks.{i}.mlp", norm(resid, f"blocks.{i}.ln2")
        function = {
            "relu": lambda x: x.clamp(min=0),
            "gelu": lambda x: x * (1 + torch.erf(x / 2**0.5)) / 2,
            "gelu_new": lambda x: x * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (x + 0.044715 * x**3))) / 2,
            "tanh": lambda x: 2 / (1 + (-2 * x).exp()) - 1,
            "square": lambda x: x * x,
        }[c.activation]
        resid = resid + function(x @ w[f"{mlp}.W_in"] + w[f"{mlp}.b_in"]) @ w[f"{mlp}.W_out"] + w[f"{mlp}.b_out"]
    outputs = model.unembed.W_U.shape[1]
    W_U = w["embed.W_E"][:outputs].T if c.tied else w["unembed.W_U"]
    return norm(resid, "ln_final") @ W_U + (w["unembed.b_U"] if c.unembed_bias else 0)


def fits(layout, fields):
    """Tied embeddings need an input token for each output."""
    task = ModularAddition(p=5, **layout)
    return not fields["tied"] or task.d_vocab_out <= task.d_vocab


@settings(max_examples=40, deadline=None)
@given(layout=LAYOUTS, fields=ARCHITECTURES)
@torch.no_grad()
def test_every_forward_pass_is_the_one_written_out(layout, fields):
    if not fits(layout, fields):
        return
    task = ModularAddition(p=5, **layout)
    model = random_model(task, **fields)
    tokens = torch.from_numpy(task.universe().tokens)
    expected = by_hand(model, tokens)
    close = {"rtol": 1e-8, "atol": 1e-9 * float(expected.abs().max())}
    torch.testing.assert_close(model(tokens, None, UNFUSED), expected, **close)
    last = expected[:, [-1]]
    torch.testing.assert_close(model(tokens, task.loss_positions), last, **close)  # tables of the first block
    torch.testing.assert_close(model(tokens[:3], task.loss_positions), last[:3], **close)  # each example by itself
    logits, cache = model.run_with_cache(tokens, task.loss_positions)
    torch.testing.assert_close(logits, last, **close)
    assert tuple(cache) == model.activation_names
    if has_pair_tables(model, task):
        for fast, plain in zip(pair_forward(model, task), plain_forward(model, task), strict=True):
            torch.testing.assert_close(fast, plain, rtol=1e-8, atol=1e-9 * float(plain.abs().max()))


@settings(max_examples=25, deadline=None)
@given(layout=LAYOUTS, fields=ARCHITECTURES, plain=st.booleans())
def test_tables_have_the_loss_and_gradients_of_the_plain_pass_or_stand_back(layout, fields, plain):
    if plain:  # so that tables apply often enough
        fields = {name: fields[name] for name in ("attention", "attention_mix")}
    elif not fits(layout, fields):
        return
    task = ModularAddition(p=5, **layout)
    model = random_model(task, **fields)
    examples = Examples.of(task.universe(), "cpu")
    one = tables_apply(model, examples.tokens, task.loss_positions)
    several = answers_apply(model, examples.tokens, examples.labels, task.loss_positions)
    assert not one or not set(model.config.architecture) - {"attention"}
    mix = model.config.attention_mix
    if plain:
        assert one == (layout["equals"] and mix == 1)
    loss = cross_entropy(model(examples.tokens, task.loss_positions, UNFUSED), examples.labels)
    loss.backward()
    weights = dict(model.named_parameters())
    for applies, batch in (
        (one, lambda w: TableBatch(w, examples.tokens, examples.labels)),
        (several, lambda w: AnswerBatch(w, examples.tokens, examples.labels, task.loss_positions, mix=mix)),
    ):
        if applies:
            found = {name: torch.zeros_like(weight) for name, weight in weights.items()}
            assert batch(named_weights(weights)).gradient(named_weights(found)) == pytest.approx(loss.item(), rel=1e-8)
            for name, weight in weights.items():
                torch.testing.assert_close(found[name], weight.grad, rtol=1e-6, atol=1e-10)


def test_names_are_those_of_transformerlens_and_the_default_has_no_new_ones():
    task = ModularAddition(p=5)
    usual = list(TransformerConfig(**SMALL).build(task).state_dict())
    assert usual == [
        "embed.W_E",
        "pos_embed.W_pos",
        *(f"blocks.0.attn.W_{part}" for part in "QKVO"),
        *(f"blocks.0.mlp.{part}" for part in ("W_in", "b_in", "W_out", "b_out")),
        "unembed.W_U",
    ]
    config = TransformerConfig(**SMALL, norm="layernorm", attention_bias=True, unembed_bias=True)
    more = set(config.build(task).state_dict()) - set(usual)
    attention = {f"blocks.0.attn.b_{part}" for part in "QKVO"}
    norms = {f"{name}.{part}" for name in ("blocks.0.ln1", "blocks.0.ln2", "ln_final") for part in "wb"}
    assert more == attention | norms | {"unembed.b_U"}
    assert set(TransformerConfig(**SMALL, tied=True, positions=False).build(task).state_dict()) == set(usual) - {
        "pos_embed.W_pos",
        "unembed.W_U",
    }


def test_initial_weights_are_the_usual_ones_times_the_scale_and_gains_are_one():
    task = ModularAddition(p=5)
    usual = TransformerConfig(**SMALL).build(task).state_dict()
    other = TransformerConfig(**SMALL, init_scale=3, norm="layernorm").build(task).state_dict()
    for name, weight in usual.items():
        torch.testing.assert_close(other[name], 3 * weight)
    assert bool((other["ln_final.w"] == 1).all() and (other["ln_final.b"] == 0).all())


def test_stored_configurations_have_no_new_fields_unless_they_differ():
    config = TransformerConfig(activation="gelu")
    assert "activation" not in TransformerConfig().model_dump(mode="json")
    assert config.model_dump(mode="json")["activation"] == "gelu"
    assert TransformerConfig.model_validate(config.model_dump(mode="json")) == config
    assert set(ModularAddition(p=5).model_dump()) == {"name", "p"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"activation": "swish"}, "expected one of relu, gelu"),
        ({"activation": "gelu", "d_mlp": 0}, "no neurons"),
        ({"attention_mix": 1.5}, "less than or equal to 1"),
        ({"init_scale": 0}, "greater than 0"),
    ],
)
def test_settings_without_sense_are_refused(fields, message):
    with pytest.raises(ValidationError, match=message):
        TransformerConfig(**fields)


def test_tied_embeddings_need_a_token_for_each_output():
    with pytest.raises(UsageError, match="expected an input token for each output"):
        TransformerConfig(tied=True).build(ModularAddition(p=5, extra_answers=3))
    assert isinstance(TransformerConfig(tied=True).build(ModularAddition(p=5, extra_answers=1)), Transformer)
