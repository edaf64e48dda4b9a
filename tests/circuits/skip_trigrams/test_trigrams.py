"""Planted trigrams are recovered from the weights; random weights have none."""

import copy
import math

import numpy as np
import pytest
import torch

from latebloom._errors import UsageError
from latebloom.circuits.skip_trigrams import (
    end_tables,
    other_trigrams,
    own_trigrams,
    planted_trigrams,
    restricted,
    skip_trigrams,
    trigrams_found,
    without,
)
from latebloom.models import TransformerConfig, cross_entropy

LEAD = math.log(9 / math.expm1(1e-4))
"""Lead of the right answer over the nine others at which the loss is 1e-4."""


def loss(tables, examples):
    return float(tables.losses(examples.tokens, examples.labels).mean())


@torch.no_grad()
def test_tables_are_the_whole_model(random, task, examples):
    double = copy.deepcopy(random).double()
    wanted, cache = double.run_with_cache(examples.tokens, task.loss_positions)
    tables = end_tables(random, task)
    torch.testing.assert_close(tables.logits(examples.tokens), wanted[:, 0])
    pattern = cache["blocks.0.attn.hook_pattern"][:, :, 0].transpose(0, 1)
    torch.testing.assert_close(tables.attention(examples.tokens), pattern)


@torch.no_grad()
@pytest.mark.parametrize("shape", [{}, {"d_model": 11, "n_heads": 1, "d_head": 10}])
def test_planted_model_has_the_requested_loss(task, examples, shape):
    model = planted_trigrams(task, **shape)
    logits = model(examples.tokens, task.loss_positions)
    assert float(cross_entropy(logits, examples.labels)) == pytest.approx(1e-4, rel=1e-3)


def test_planted_trigrams_are_recovered(planted, task):
    trigrams = skip_trigrams(end_tables(planted, task))
    assert sorted((t.token, t.answer) for t in trigrams[:10]) == own_trigrams()
    for trigram in trigrams[:10]:
        assert (trigram.qk, trigram.ov, trigram.strength) == pytest.approx((40, LEAD, LEAD))
    assert all(trigram.strength == 0 for trigram in trigrams[10:])


def test_reading_does_not_depend_on_the_basis(planted, task):
    turn = torch.linalg.qr(torch.randn(32, 32, generator=torch.Generator().manual_seed(0)))[0]
    turned = copy.deepcopy(planted)
    attn = turned.blocks[0].attn
    with torch.no_grad():
        for weight in (turned.embed.W_E, turned.pos_embed.W_pos, attn.W_O):
            weight.copy_(weight @ turn)
        for weight in (attn.W_Q, attn.W_K, attn.W_V, turned.unembed.W_U):
            weight.copy_(turn.T @ weight)
    trigrams = skip_trigrams(end_tables(turned, task))
    assert trigrams_found(trigrams) == 10
    assert trigrams[9].strength == pytest.approx(LEAD, rel=1e-4)


def test_random_weights_have_none(task):
    seeds = range(40)
    config = TransformerConfig(d_model=32, n_heads=4, d_head=8, d_mlp=0)
    models = [config.model_copy(update={"seed": seed}).build(task) for seed in seeds]
    counts = [trigrams_found(skip_trigrams(end_tables(model, task))) for model in models]
    # By chance each of the ten strongest is one of the task's with probability 10/220.
    assert np.mean(counts) == pytest.approx(10 / 22, abs=0.5)
    assert max(counts) < 5


def test_only_the_trigrams_explain_the_planted_loss(planted, task, examples):
    tables = end_tables(planted, task)
    assert loss(restricted(tables, own_trigrams()), examples) == pytest.approx(1e-4, rel=1e-3)
    assert loss(restricted(tables, other_trigrams(0)), examples) > math.log(10) / 2
    assert loss(without(tables, own_trigrams()), examples) == pytest.approx(math.log(10))
    assert loss(without(tables, other_trigrams(0)), examples) < math.log(10) / 2


def test_only_the_trigrams_of_random_weights_guess(random, task, examples):
    for pairs in (own_trigrams(), other_trigrams(0)):
        assert loss(restricted(end_tables(random, task), pairs), examples) == pytest.approx(math.log(10), abs=0.05)


def test_removing_a_trigram_affects_only_its_own_answers(planted, task, examples):
    tables = without(end_tables(planted, task), [(14, 4)])
    losses, own = tables.losses(examples.tokens, examples.labels), examples.labels[:, 0] == 4
    assert float(losses[own].min()) > 1
    torch.testing.assert_close(losses[~own], torch.full_like(losses[~own], 1e-4), rtol=1e-3, atol=0)


def test_other_trigrams_are_ten_tokens_and_never_the_tasks_own():
    for seed in range(50):
        pairs = other_trigrams(seed)
        assert len({token for token, _ in pairs}) == 10
        assert not set(pairs) & set(own_trigrams())


def test_models_that_the_tables_do_not_describe_are_refused(task):
    for config in (TransformerConfig(), TransformerConfig(n_layers=2, d_mlp=0)):
        with pytest.raises(UsageError, match="one-layer attention-only"):
            end_tables(config.build(task), task)
    with pytest.raises(UsageError, match="a model whose attention_bias, norm differs"):
        end_tables(TransformerConfig(d_mlp=0, norm="layernorm", attention_bias=True).build(task), task)


def test_too_narrow_to_plant(task):
    with pytest.raises(UsageError, match=r"n_heads · d_head: got 8, expected at least 10"):
        planted_trigrams(task, n_heads=1)
