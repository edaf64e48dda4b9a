"""The gradient on each half of the circuit is proportional to the other half."""

import copy

import pytest
import torch

from latebloom.circuits.induction import draw_sequences, key_path_gradients
from latebloom.models import TransformerConfig, cross_entropy
from latebloom.tasks import RepeatedSubsequences

PREVIOUS, INDUCTION = (0, 1), (1, 0)


@pytest.fixture(scope="module")
def sequences(task):
    return draw_sequences(task, 16)


def faded(model, head, factor):
    """The model with the output of this head scaled."""
    model = copy.deepcopy(model)
    with torch.no_grad():
        model.blocks[head[0]].attn.W_O[head[1]] *= factor
    return model


def test_key_gradients_grow_with_the_previous_token_head(planted, sequences):
    # Faint enough that attention is not saturated, where every gradient would vanish.
    none, faint, more = (
        key_path_gradients(faded(planted, PREVIOUS, factor), sequences).keys[PREVIOUS, INDUCTION]
        for factor in (0.0, 0.01, 0.02)
    )
    assert none == 0
    assert more == pytest.approx(2 * faint, rel=0.2)


def test_previous_token_gradients_grow_with_the_induction_head(planted, sequences):
    weak = faded(planted, PREVIOUS, 0.02)
    none, faint, more = (key_path_gradients(faded(weak, INDUCTION, f), sequences) for f in (0.0, 0.01, 0.02))
    assert (none.qk[PREVIOUS], none.ov[PREVIOUS]) == (0, 0)
    assert more.ov[PREVIOUS] == pytest.approx(2 * faint.ov[PREVIOUS], rel=0.2)


def test_heads_outside_the_circuit_have_no_gradient(planted, sequences):
    norms_by_head = key_path_gradients(faded(planted, PREVIOUS, 0.02), sequences)
    assert norms_by_head.qk[0, 0] == 0
    assert {pair for pair, norm in norms_by_head.keys.items() if norm > 0} == {(PREVIOUS, INDUCTION)}


@pytest.mark.parametrize(("n_layers", "scale"), [(2, 1.0), (3, 2.0)])
def test_norm_by_finite_differences(n_layers, scale):
    task = RepeatedSubsequences(vocabulary=5, length=11, subsequence=3, repeats=2)
    config = TransformerConfig(n_layers=n_layers, d_model=4, n_heads=2, d_head=2, d_mlp=0, residual_scale=scale)
    model = config.build(task).double()
    sequences = draw_sequences(task, 3)
    tokens, labels = sequences.examples.tokens, sequences.examples.labels
    attn = model.blocks[0].attn

    @torch.no_grad()
    def loss(shift):
        """With head 0.1's W_O moved, but only in the input of later layers' keys."""
        _, cache = model.run_with_cache(tokens)
        change = cache["blocks.0.attn.hook_z"][:, :, 1] @ shift
        replace = {}
        for layer in range(1, n_layers):
            seen = torch.einsum("bpd,hdk->bphk", scale ** (layer - 1) * change, model.blocks[layer].attn.W_K)
            name = f"blocks.{layer}.attn.hook_k"
            replace[name] = lambda keys, fixed=cache[name] + seen: fixed
        return float(cross_entropy(model.run_with_hooks(tokens, replace, task.loss_positions), labels))

    with torch.no_grad():
        attn.W_O[1] = 0.0  # so that W_V gets no gradient
    units = torch.eye(8, dtype=torch.float64).view(8, 2, 4) * 1e-5
    by_o = sum(((loss(unit) - loss(-unit)) / 2e-5) ** 2 for unit in units)
    assert key_path_gradients(model, sequences).ov[0, 1] == pytest.approx(by_o**0.5, rel=1e-5)


def test_one_layer_has_no_path(task, sequences):
    model = TransformerConfig(d_model=8, n_heads=2, d_head=4, d_mlp=0).build(task)
    norms_by_head = key_path_gradients(model, sequences)
    assert (norms_by_head.qk, norms_by_head.ov, norms_by_head.keys) == ({}, {}, {})


def test_the_models_own_gradients_are_unchanged(random, sequences):
    key_path_gradients(random, sequences)
    assert all(weight.grad is None for weight in random.parameters())
