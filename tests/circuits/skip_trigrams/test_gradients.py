"""Gradients compared with the formula by hand, and their dependence on the other half."""

import dataclasses

import pytest
import torch

from latebloom.circuits.skip_trigrams import end_tables, trigram_columns, trigram_gradients
from latebloom.models import Examples


def test_gradient_of_the_ov_entry_is_attention_times_error(random, task, examples):
    tables = end_tables(random, task)
    gradients = trigram_gradients(tables, examples)[4]
    mine = examples.take((examples.labels[:, 0] == 4).nonzero()[:, 0])
    attention = (tables.attention(mine.tokens) * (mine.tokens == 14)).sum(-1)
    error = 1 - tables.logits(mine.tokens).softmax(-1)[:, 4]
    assert gradients.ov == pytest.approx(float((attention * error).mean(1).norm()))
    assert gradients.error == pytest.approx(float(error.mean()))


def halves(tables, qk, ov):
    """The tables of a blank model with so much of each half of every trigram in head 0."""
    scores, written = torch.zeros_like(tables.token_scores), torch.zeros_like(tables.token_logits)
    own = torch.arange(10)
    scores[0, 10 + own], written[0, 10 + own, own] = qk, ov
    blank = {name: torch.zeros_like(getattr(tables, name)) for name in ("position_scores", "position_logits", "direct")}
    return dataclasses.replace(tables, token_scores=scores, token_logits=written, **blank)


def test_the_gradient_on_each_half_needs_the_other_half(planted, task, examples):
    tables = end_tables(planted, task)
    nothing, looks, writes = (
        trigram_gradients(halves(tables, *half), examples)[0] for half in [(0, 0), (2, 0), (0, 2)]
    )
    assert nothing.qk == 0
    assert nothing.ov == pytest.approx(0.9 / task.n_ctx * 4**0.5)
    assert looks.ov > 2 * nothing.ov
    assert writes.qk > 0.1


def test_an_answer_that_no_example_has_is_left_out(planted, task, examples):
    few = examples.take((examples.labels[:, 0] != 4).nonzero()[:, 0])
    assert trigram_gradients(end_tables(planted, task), few)[4] is None
    columns = trigram_columns(planted, task, {"test": few})
    assert "trigram_ov_gradient.14" not in columns
    assert "trigram_ov_gradient.15" in columns


def test_columns_of_the_planted_model(planted, random, task, examples):
    few = Examples(examples.tokens[:50], examples.labels[:50], examples.component[:50])
    sets = {"train": few, "test": examples}
    columns = trigram_columns(planted, task, sets)
    assert columns["trigrams_found"] == 10
    assert columns["restricted_test_loss"] == pytest.approx(1e-4, rel=1e-3)
    assert columns["excluded_train_loss"] > 2 < columns["excluded_test_loss"]
    assert columns["restricted_test_loss_control"] > 1
    # Every model has the same columns, or a run's table would have holes.
    assert set(columns) == set(trigram_columns(random, task, sets))
    assert not any("loss" in name or "gradient" in name for name in trigram_columns(planted, task, {}))
