"""Planted circuits in other layouts and architectures are recovered; random weights there have none."""

import math

import pytest
import torch

from latebloom._errors import UsageError
from latebloom.circuits.modular import (
    ablate,
    attention_heads,
    clock_or_pizza,
    explain_model,
    modular_grid,
    planted_transformer,
)
from latebloom.circuits.modular.resampling import mlp_output
from latebloom.circuits.modular.skip_ablations import last_layer
from latebloom.models import TransformerConfig
from latebloom.tasks import ModularSubtraction

KS = (2, 5)
SHAPE = {"d_model": 32, "n_heads": 2, "d_head": 8, "d_mlp": 64}
LAYOUTS = (
    {"equals": False},
    {"equals_first": True},
    {"operator": True},
    {"separate_operands": True, "operator": True, "equals": False},
    {"extra_tokens": 3, "extra_answers": 2},
)
ARCHITECTURES = (
    {},
    {"activation": "gelu", "n_layers": 3},
    {"activation": "tanh", "attention_bias": True, "unembed_bias": True},
    {"activation": "square", "attention": "bidirectional", "attention_mix": 0.5},
    {"tied": True, "attention_mix": 0.8},
)


def task_of(layout):
    return ModularSubtraction(p=13, **layout)


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=str)
@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_what_was_planted_is_found(layout, architecture):
    task = task_of(layout)
    model = planted_transformer(13, KS, -1, **SHAPE, layout=layout, architecture=architecture)
    found = explain_model(model, task)
    assert (found.key_frequencies, found.accuracy, found.neurons.clustered_fraction) == (list(KS), 1, 1)
    assert found.loss.all < 1e-4
    assert found.restricted_loss.all == pytest.approx(found.loss.all, rel=0.3)
    assert found.excluded_loss.all > 2
    assert found.logits.fve_cos_fit > 0.99


@pytest.mark.parametrize(
    "architecture",
    [
        {"norm": "layernorm_pre"},
        {"norm": "layernorm", "n_layers": 2, "activation": "gelu", "attention_bias": True},
        {"norm": "layernorm_pre", "attention_mix": 0.5, "unembed_bias": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("layout", LAYOUTS[:2], ids=str)
def test_what_was_planted_behind_norms_is_found(layout, architecture):
    shape = {**SHAPE, "d_model": 40}
    model = planted_transformer(13, KS, -1, **shape, layout=layout, architecture=architecture)
    found = explain_model(model, task_of(layout))
    assert (found.key_frequencies, found.accuracy, found.neurons.clustered_fraction) == (list(KS), 1, 1)
    assert found.loss.all < 2e-4
    assert found.restricted_loss.all == pytest.approx(found.loss.all, rel=0.3)
    assert found.excluded_loss.all > 2
    assert found.logits.fve_cos_fit > 0.99


def test_operands_told_apart_by_their_tokens_need_no_positions():
    layout = {"separate_operands": True}
    model = planted_transformer(13, KS, -1, **SHAPE, layout=layout, architecture={"positions": False})
    assert explain_model(model, task_of(layout)).key_frequencies == list(KS)


@pytest.mark.parametrize(
    "architecture",
    [{"norm": "layernorm", "n_layers": 2}, {"activation": "square", "tied": True}, {"attention_mix": 0.0}],
    ids=str,
)
@pytest.mark.parametrize("layout", [{"equals": False}, {"operator": True, "extra_answers": 1, "extra_tokens": 1}])
def test_random_weights_have_no_circuit(layout, architecture):
    task = ModularSubtraction(p=23, **layout)
    found = explain_model(TransformerConfig(**SHAPE, **architecture).build(task), task)
    assert (found.key_frequencies, found.does_task, found.restricted_loss.all) == ([], False, None)


def test_extra_answers_count_in_the_softmax_and_not_among_the_logits():
    layout = {"extra_answers": 2}
    model = planted_transformer(13, KS, -1, **SHAPE, layout=layout, architecture={"unembed_bias": True})
    before = explain_model(model, task_of(layout))
    with torch.no_grad():
        model.unembed.b_U[13:] = 50.0  # higher than every answer
    after = explain_model(model, task_of(layout))
    assert (before.accuracy, after.accuracy) == (1, 0)
    assert after.loss.all > 10
    assert after.restricted_loss.all > 10
    assert after.logits.fve_cos_fit == before.logits.fve_cos_fit


def test_heads_and_gradients_are_read_where_the_operands_are():
    layout = {"equals_first": True, "operator": True}
    task, model = task_of(layout), planted_transformer(13, KS, -1, **SHAPE, layout=layout)
    usual = planted_transformer(13, KS, -1, **SHAPE)
    model.double(), usual.double()
    moved, plain = modular_grid(model, task), modular_grid(usual, task_of({}))
    one = clock_or_pizza(model, moved)
    other = clock_or_pizza(usual, plain)
    assert one.distance_irrelevance == pytest.approx(other.distance_irrelevance, rel=1e-5)
    assert one.circularity == pytest.approx(other.circularity)
    # Head 1 attends to y, which is the last position here; in the usual layout no head attends to the last position.
    assert [round(head.to_itself) for head in attention_heads(moved)] == [0, 1]
    assert [round(head.to_itself) for head in attention_heads(plain)] == [0, 0]


@pytest.mark.parametrize("norm", ["layernorm", "layernorm_pre"])
def test_changes_of_the_last_layer_go_through_its_norms_and_no_change_supposes_linear_neurons(norm):
    task = task_of({"equals": False})
    model = TransformerConfig(**SHAPE, norm=norm, unembed_bias=True).build(task).double()
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.1 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    grid, layer = modular_grid(model, task), last_layer(model, task)
    assert not grid.linear
    nothing = torch.zeros_like(layer.attn_out)
    for change in (layer.before_mlp, layer.around_mlp):
        torch.testing.assert_close(change(nothing), grid.logits)
    names = [row.name for row in ablate(model, task, [2])]
    assert "zero heads" in names
    assert not any("neurons" in name or "cluster" in name for name in names)
    with pytest.raises(UsageError, match="not linear in the neurons"):
        mlp_output(grid)


@torch.no_grad()
def test_w_logit_of_a_normed_model_is_its_map_before_the_division():
    task = task_of({})
    model = TransformerConfig(**SHAPE, norm="layernorm").build(task).double()
    model.ln_final.w.uniform_(0.5, 2)
    grid = modular_grid(model, task)
    resid = torch.randn(2, SHAPE["d_model"], dtype=torch.float64)
    step = model.blocks[-1].mlp.W_out[3]  # one unit of neuron 3
    scale = [(row.var(correction=0) + 1e-5).sqrt() for row in (resid[0], resid[0] + step)]
    logits = [model.read_out(row[None])[0] for row in (resid[0], resid[0] + step)]
    torch.testing.assert_close(logits[1] * scale[1] - logits[0] * scale[0], grid.w_logit[3])


@pytest.mark.parametrize(
    ("architecture", "message"),
    [
        ({"norm": "layernorm", "tied": True}, "norm"),
        ({"attention_mix": 0.0}, "attention_mix"),
        ({"positions": False}, "positions"),
    ],
)
def test_what_cannot_be_planted_is_refused(architecture, message):
    with pytest.raises(UsageError, match=f"^{message}: got"):
        planted_transformer(13, KS, **{**SHAPE, "d_model": 64}, architecture=architecture)


def test_the_loss_of_guessing_is_over_all_outputs():
    layout = {"extra_answers": 3}
    task = task_of(layout)
    model = TransformerConfig(**SHAPE).build(task)
    with torch.no_grad():
        model.unembed.W_U.zero_()
    assert explain_model(model, task).loss.all == pytest.approx(math.log(16))
