"""Planted circuits are recovered exactly; random weights and random tables have no circuit."""

import math

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from latebloom._errors import UsageError
from latebloom.circuits.modular import (
    ablate,
    attention_heads,
    clock_or_pizza,
    explain_model,
    modular_grid,
    neuron_clusters,
    planted_embedding_mlp,
    planted_mlp,
    planted_operation,
    planted_transformer,
)
from latebloom.models import EmbeddingMLPConfig, MLPConfig, TransformerConfig
from latebloom.tasks import ModularAddition, ModularDivision, ModularMultiplication, ModularSubtraction


def task_of(p, sign):
    return ModularAddition(p=p) if sign == 1 else ModularSubtraction(p=p)


@pytest.mark.parametrize(
    ("p", "ks", "sign"),
    [(113, (14, 35, 41, 42, 52), 1), (59, (3, 20, 28), -1), (12, (1, 4), 1), (12, (5, 3), -1), (3, (1,), 1)],
)
def test_transformer_is_explained_exactly(p, ks, sign):
    explanation = explain_model(planted_transformer(p, ks, sign), task_of(p, sign))
    assert explanation.key_frequencies == sorted(ks)
    assert explanation.accuracy == 1
    assert explanation.loss.all < 1e-3
    assert explanation.neurons.clustered_fraction == 1
    assert set(explanation.neurons.clusters) == set(ks)
    assert sum(explanation.embedding.fraction[k] for k in ks) == pytest.approx(1)
    assert explanation.logits.fve_cos_fit > 0.999
    assert explanation.logits.fve_trig_directions > 0.999
    assert explanation.restricted_loss.all == pytest.approx(explanation.loss.all, rel=0.05)
    assert explanation.excluded_loss.all > 1


@pytest.mark.parametrize("kind", [ModularMultiplication, ModularDivision])
def test_the_clock_of_discrete_logarithms_is_explained_exactly(kind):
    task, ks = kind(p=23), [2, 5, 7]
    explanation = explain_model(planted_operation(task, ks), task)
    assert (explanation.p, explanation.key_frequencies, explanation.neurons.clustered_fraction) == (23, ks, 1)
    assert max(explanation.embedding.fraction) == 11
    assert explanation.does_task
    # Pairs with 0 are answered at random, and the circuit says nothing about them.
    assert explanation.accuracy < 1
    assert explanation.loss.all > 0.1
    assert explanation.logits.fve_cos_fit > 0.999
    assert explanation.restricted_loss.all < 1e-4 < 1 < explanation.excluded_loss.all


def test_every_analysis_of_multiplication_is_that_of_the_addition_it_renames():
    product, total = ModularMultiplication(p=23), ModularAddition(p=22)
    first, second = planted_operation(product, [2, 5, 7]), planted_operation(total, [2, 5, 7])
    one, other = modular_grid(first, product), modular_grid(second, total)
    for name in ("logits", "neurons", "pattern", "embedding", "w_logit", "labels"):
        assert torch.equal(getattr(one, name), getattr(other, name)), name
    assert attention_heads(one) == attention_heads(other)
    table, same = (ablate(model, task, [2, 5, 7]) for model, task in ((first, product), (second, total)))
    assert [(row.name, row.loss) for row in table] == [(row.name, pytest.approx(row.loss, rel=1e-3)) for row in same]
    numbers = clock_or_pizza(first, one)
    assert vars(numbers) == pytest.approx(vars(clock_or_pizza(second, other)), rel=1e-5)


@pytest.mark.parametrize("kind", [ModularMultiplication, ModularDivision])
def test_random_weights_have_no_clock(kind):
    task = kind(p=23)
    explanation = explain_model(TransformerConfig(d_model=32, n_heads=2, d_head=16, d_mlp=64).build(task), task)
    assert (explanation.key_frequencies, explanation.does_task, explanation.restricted_loss.all) == ([], False, None)


@settings(max_examples=12, deadline=None)
@given(data=st.data(), p=st.integers(5, 17), sign=st.sampled_from([1, -1]))
def test_any_small_planting_is_recovered(data, p, sign):
    ks = data.draw(st.lists(st.integers(1, (p - 1) // 2), min_size=1, max_size=3, unique=True))
    # Frequencies that all share a factor with p cannot tell answers apart.
    assume(math.gcd(p, *ks) == 1)
    model = planted_transformer(p, ks, sign, d_model=24, d_head=8, d_mlp=120)
    grid = modular_grid(model, task_of(p, sign))
    assert grid.accuracy() == 1
    assert grid.loss() < 1e-3
    clusters = neuron_clusters(grid)
    assert sorted(clusters.sizes) == sorted(ks)
    assert float(clusters.fve[clusters.live].min()) > 0.85


@pytest.mark.parametrize(("p", "ks"), [(113, (4, 19, 30, 50)), (31, (1, 5, 12)), (5, (1, 2))])
def test_mlp_is_recovered(p, ks):
    explanation = explain_model(planted_mlp(p, ks), ModularAddition(p=p))
    assert explanation.key_frequencies == sorted(ks)
    assert (explanation.accuracy, explanation.neurons.clustered_fraction) == (1, 1)
    assert explanation.loss.all < 1e-3
    # The wave comes with the factor g(w(x - y)): see planted_mlp.
    assert 0.5 < explanation.logits.fve_cos_fit < 0.85


@pytest.mark.parametrize(
    ("changes", "sign"),
    [
        ({}, 1),
        ({"widths": (96, 128)}, 1),
        ({"combine": "concat"}, -1),
        ({"separate": True}, -1),
        ({"combine": "concat", "separate": True, "widths": (150, 150, 160)}, 1),
    ],
)
def test_model_on_embeddings_is_recovered(changes, sign):
    p, ks, separate = 31, (1, 5, 12), changes.get("separate", False)
    kind = ModularAddition if sign == 1 else ModularSubtraction
    task = kind(p=p, equals=False, separate_operands=separate)
    model = planted_embedding_mlp(p, ks, sign, **changes)
    explanation = explain_model(model, task)
    assert explanation.key_frequencies == sorted(ks)
    assert (explanation.accuracy, explanation.neurons.clustered_fraction) == (1, 1)
    assert explanation.loss.all < 1e-3 < 1 < explanation.excluded_loss.all
    assert sum(explanation.embedding.fraction[k] for k in ks) == pytest.approx(1)
    # Operands that are added and share a table have one phase, as in planted_mlp.
    one_phase = changes.get("combine", "add") == "add" and not separate
    assert (explanation.logits.fve_cos_fit > 0.999) == (not one_phase)
    symmetricity = clock_or_pizza(model, modular_grid(model, task)).gradient_symmetricity
    assert symmetricity == pytest.approx(1 if changes.get("combine", "add") == "add" else 0, abs=0.06)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: planted_transformer(113, []), "ks: got none, expected at least one frequency in 1 … 56"),
        (lambda: planted_transformer(113, [57]), "ks: got 57, expected frequencies in 1 … 56"),
        (lambda: planted_transformer(12, [6]), "ks: got 6, expected frequencies in 1 … 5"),
        (lambda: planted_transformer(113, [0]), "ks: got 0"),
        (lambda: planted_transformer(113, [3, 3]), "each frequency once"),
        (lambda: planted_transformer(113, range(1, 18)), "d_head: got 32, expected at least 34 for 17 frequencies"),
        (lambda: planted_transformer(113, [1, 2], d_mlp=49), "d_mlp: got 49, expected at least 50"),
        (lambda: planted_transformer(113, [1], n_heads=1), "n_heads: got 1, expected at least 2"),
        (lambda: planted_transformer(113, [1], sign=2), "sign: got 2"),
        (lambda: planted_transformer(12, [2, 4]), "answers mod 12 tied"),
        (lambda: planted_transformer(2, [1]), "p: got 2, expected 3 or more"),
        (lambda: planted_mlp(113, [1, 2], sign=-1), "sign: got -1, expected 1"),
        (lambda: planted_mlp(12, [1]), "p: got 12, expected an odd number"),
        (lambda: planted_mlp(113, [3]), "add more"),
        (lambda: planted_embedding_mlp(13, [1, 2], sign=-1), "it adds the operands"),
        (lambda: planted_embedding_mlp(12, [1]), "p: got 12, expected an odd number"),
        (lambda: planted_embedding_mlp(13, [1, 2], d_embed=3), "d_embed: got 3, expected at least 4"),
        (lambda: planted_embedding_mlp(13, [1, 2], widths=(64, 15)), "widths: got 15, expected at least 16"),
        (lambda: planted_mlp(113, range(1, 57)), "d_mlp: got 256, expected at least 448"),
    ],
)
def test_impossible_plantings_give_the_reason(build, message):
    with pytest.raises(UsageError, match=message) as caught:
        build()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("config", "p"),
    [
        (TransformerConfig(), 113),
        (TransformerConfig(), 31),
        (MLPConfig(), 31),
        (MLPConfig(activation="gelu"), 31),
        (EmbeddingMLPConfig(widths=(128, 128)), 31),
        (EmbeddingMLPConfig(combine="concat", activation="tanh"), 31),
    ],
)
def test_random_weights_have_no_key_frequencies(config, p):
    explanation = explain_model(config.build(ModularAddition(p=p)), ModularAddition(p=p))
    assert explanation.key_frequencies == []
    assert explanation.restricted_loss.all is None
    assert explanation.logits.fve_cos_fit is None
    assert explanation.accuracy < 0.1
    assert explanation.embedding.gini < 0.2
