"""Models on embeddings and the MLP: the formula, initial weights, and what they cannot do."""

import numpy as np
import pytest
import torch

from latebloom._errors import UsageError
from latebloom.models import EmbeddingMLPConfig, MLPConfig, cross_entropy, per_label
from latebloom.models.tables import EmbeddingBatch, embedding_applies, embedding_arrays
from latebloom.tasks import (
    IGNORE,
    ModularAddition,
    ModularDivision,
    ModularMultiplication,
    ModularSubtraction,
    RandomTable,
)

FUNCTIONS = {"relu": lambda v: np.maximum(v, 0), "tanh": np.tanh, "square": np.square}
P = 5


def by_hand(model, x, y):
    """The formula of `EmbeddingMLP` in plain numpy; y counts rows of the embedding."""
    weights = {name: value.detach().numpy() for name, value in model.named_parameters()}
    first, second = weights["embed.W_E"][x], weights["embed.W_E"][y]
    value = np.concatenate([first, second], 1) if model.config.combine == "concat" else first + second
    for i in range(len(model.config.widths)):
        pre = value @ weights[f"blocks.{i}.W_in"] + weights.get(f"blocks.{i}.b_in", 0)
        value = FUNCTIONS[model.config.activation](pre)
    if model.config.out == "tied":
        return value @ weights["embed.W_E"][:P].T
    return value @ weights["unembed.W_U"] + weights.get("unembed.b_U", 0)


@pytest.mark.parametrize(
    ("changes", "layout"),
    [
        ({"widths": (6,)}, {}),
        ({"widths": (6, 3), "activation": "square", "out": "output"}, {"equals_first": True}),
        ({"combine": "concat", "activation": "tanh", "bias": False}, {"separate_operands": True, "extra_answers": 2}),
        ({"out": "tied", "widths": (7, 4)}, {"operator": True, "equals": False}),
    ],
)
def test_logits_are_those_of_the_formula_with_and_without_look_up(changes, layout):
    task = ModularAddition(p=P, **layout)
    model = EmbeddingMLPConfig(d_embed=4, **changes).build(task).double()
    for name, weight in model.named_parameters():
        if ".b_" in name:
            torch.nn.init.normal_(weight)
    tokens = torch.from_numpy(task.universe().tokens)
    x, y = (tokens[:, position].numpy() for position in task.operand_positions)
    expected = by_hand(model, x, y)
    # All pairs at once are looked up; a few rows, and rows whose embeddings are read, are not.
    np.testing.assert_allclose(model(tokens)[:, 0].detach(), expected, atol=1e-12)
    np.testing.assert_allclose(model(tokens[:3])[:, 0].detach(), expected[:3], atol=1e-12)
    logits, cache = model.run_with_cache(tokens)
    np.testing.assert_allclose(logits[:, 0].detach(), expected, atol=1e-12)
    assert tuple(cache) == model.activation_names
    assert logits.shape[-1] == task.d_vocab_out


def test_gradients_of_looked_up_rows_are_those_of_the_plain_product():
    task = ModularAddition(p=P)
    model = EmbeddingMLPConfig(d_embed=4, widths=(6,), combine="concat").build(task).double()
    tokens = torch.from_numpy(task.universe().tokens)
    gradients = []
    for logits in (model(tokens), model.run_with_cache(tokens)[0]):
        model.zero_grad()
        logits.square().sum().backward()
        gradients.append([weight.grad.clone() for weight in model.parameters()])
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize(
    ("changes", "layout"),
    [
        ({}, {}),
        ({"combine": "concat", "out": "output"}, {"equals_first": True}),
        ({"bias": False}, {"separate_operands": True}),
    ],
)
def test_the_fast_path_has_the_losses_and_gradients_of_the_plain_model(changes, layout):
    task = ModularAddition(p=P, **layout)
    model = EmbeddingMLPConfig(d_embed=4, widths=(70,), **changes).build(task).double()
    for weight in model.parameters():
        weight.data += 0.1 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(0))
    tokens, labels = torch.from_numpy(task.universe().tokens), torch.from_numpy(task.universe().labels)
    assert embedding_applies(model, tokens, labels, (2,))
    loss = cross_entropy(model(tokens), labels)
    loss.backward()
    found = {name: torch.full_like(weight, torch.nan) for name, weight in model.named_parameters()}
    operands = tokens[:, model.operand_positions]
    batch = EmbeddingBatch(embedding_arrays(dict(model.named_parameters())), operands, labels)
    for _ in range(2):  # a call leaves nothing behind for the next one
        assert batch.gradient(embedding_arrays(found)) == pytest.approx(loss.item(), rel=1e-12)
        for name, weight in model.named_parameters():
            torch.testing.assert_close(found[name], weight.grad, rtol=0, atol=1e-14)
    losses, right = batch.evaluate()
    expected, expected_right = per_label(model(tokens), labels)
    np.testing.assert_allclose(losses, expected[:, 0].detach(), rtol=1e-12)
    np.testing.assert_array_equal(right, expected_right[:, 0].bool())


@pytest.mark.parametrize("changes", [{"widths": (4, 4)}, {"activation": "tanh"}, {"out": "tied", "widths": (128,)}])
def test_other_models_on_embeddings_have_no_fast_path(changes):
    task = ModularAddition(p=P)
    tokens, labels = torch.from_numpy(task.universe().tokens), torch.from_numpy(task.universe().labels)
    assert not embedding_applies(EmbeddingMLPConfig(**changes).build(task), tokens, labels, (2,))
    model = EmbeddingMLPConfig(widths=(4,)).build(task)
    assert embedding_applies(model, tokens, labels, (2,))
    assert not embedding_applies(model, tokens, torch.full_like(labels, IGNORE), (2,))


def test_initial_weights_scale_and_biases_are_zero():
    task = ModularAddition(p=31)
    for plain, scaled in (
        (EmbeddingMLPConfig(widths="64,32"), EmbeddingMLPConfig(widths="64,32", init_scale=3)),
        (MLPConfig(), MLPConfig(init_scale=3)),
    ):
        one, other = (config.build(task).state_dict() for config in (plain, scaled))
        for name in one:
            torch.testing.assert_close(other[name], 3 * one[name])
            assert bool(one[name].any()) == (".b_" not in name)
    W_in = EmbeddingMLPConfig(d_embed=128, widths=(256,)).build(task).blocks[0].W_in.detach()
    assert float(W_in.std()) == pytest.approx(128**-0.5, rel=0.05)


def test_the_mlp_has_other_activations():
    task = ModularAddition(p=7)
    model = MLPConfig(d_mlp=9, activation="square").build(task)
    post = model.run_with_cache(torch.from_numpy(task.universe().tokens))[1]
    torch.testing.assert_close(post["mlp.hook_post"], post["mlp.hook_pre"] ** 2)
    assert MLPConfig().model_dump() == {"kind": "mlp", "seed": 0, "d_mlp": 256}


@pytest.mark.parametrize("task", [ModularSubtraction(p=7), ModularDivision(p=7)])
def test_sums_of_operands_cannot_subtract(task):
    for config in (MLPConfig(), EmbeddingMLPConfig()):
        with pytest.raises(UsageError, match=r"it adds the operands, so that it cannot tell .* concat") as caught:
            config.build(task)
        assert "\n" not in str(caught.value)
    EmbeddingMLPConfig(combine="concat").build(task)
    EmbeddingMLPConfig().build(type(task)(p=7, separate_operands=True))


@pytest.mark.parametrize("task", [ModularMultiplication(p=7), RandomTable(p=7)])
def test_other_operations_are_left_to_the_experimenter(task):
    assert MLPConfig(d_mlp=4).build(task)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"activation": "sigmoid"}, "expected one of relu, gelu"),
        ({"out": "tied"}, "got tied with d_embed 128 and a last layer of 256 neurons"),
        ({"widths": ()}, "at least 1"),
        ({"widths": "64,0"}, "greater than or equal to 1"),
    ],
)
def test_impossible_settings_give_the_reason(fields, message):
    with pytest.raises(ValueError, match=message):
        EmbeddingMLPConfig(**fields)


def test_more_outputs_than_embeddings_cannot_be_tied():
    with pytest.raises(UsageError, match="got tied with 6 outputs and embeddings of 5 operands"):
        EmbeddingMLPConfig(out="tied", widths=(128,)).build(ModularAddition(p=5, extra_answers=1))
