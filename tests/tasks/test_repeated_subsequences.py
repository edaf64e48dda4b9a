"""Repeated subsequences: layout and labels; no other token can be predicted."""

from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError

from latebloom.tasks import IGNORE, RepeatedSubsequences

SMALL = RepeatedSubsequences(vocabulary=50, length=20, subsequence=3, repeats=3)


def test_published_sizes():
    task = RepeatedSubsequences()
    assert (task.d_vocab, task.d_vocab_out, task.n_ctx, task.slot) == (128, 128, 85, 28)
    assert (task.loss_positions[0], task.loss_positions[-1]) == (29, 83)
    assert task.components == ("copy_2", "copy_3")
    assert task.universe() is None


def test_labels_by_hand():
    # Slots of six: positions 1 … 6, 7 … 12, 13 … 18; copies of 5 6 7 begin at 2, 7 and 15.
    tokens = np.array([[0, 1, 5, 6, 7, 2, 2, 5, 6, 7, 3, 3, 3, 4, 4, 5, 6, 7, 8, 9]])
    batch = SMALL.batch(tokens, np.array([[2, 7, 15]]))
    assert SMALL.loss_positions == tuple(range(7, 18))
    assert batch.labels.tolist() == [[6, 7, *[IGNORE] * 6, 6, 7, IGNORE]]
    assert batch.component[0, [0, 1, 8, 9]].tolist() == [0, 0, 1, 1]


def test_every_label_is_the_next_token_and_stood_after_the_same_token_before():
    batch = SMALL.sample(200, np.random.default_rng(0))
    assert ((batch.labels != IGNORE).sum(1) == 2 * 2).all()
    for tokens, labels in zip(batch.tokens, batch.labels):
        for position, label in zip(SMALL.loss_positions, labels):
            if label != IGNORE:
                assert tokens[position + 1] == label
                pairs = list(pairwise(tokens[: position + 1]))
                assert (tokens[position], label) in pairs


def test_copies_stand_wherever_they_fit_in_a_slot():
    tokens, starts = SMALL.draw(500, np.random.default_rng(1))
    offsets = starts - 1 - SMALL.slot * np.arange(3)
    assert [sorted(set(column)) for column in offsets.T] == [[0, 1, 2, 3]] * 3
    copies = tokens[np.arange(500)[:, None, None], starts[:, :, None] + np.arange(3)]
    assert (copies == copies[:, :1]).all()


def test_start_is_only_at_the_start_and_tokens_are_uniform():
    task = RepeatedSubsequences(vocabulary=6, length=85)
    tokens = task.sample(2000, np.random.default_rng(2)).tokens
    assert not tokens[:, 0].any()
    shares = np.bincount(tokens[:, 1:].ravel(), minlength=6) / tokens[:, 1:].size
    assert shares[0] == 0
    np.testing.assert_allclose(shares[1:], 0.2, atol=0.01)


def test_a_subsequence_that_does_not_fit_is_said_so():
    with pytest.raises(ValidationError, match="subsequence: got 28, expected less than 28"):
        RepeatedSubsequences(subsequence=28)
