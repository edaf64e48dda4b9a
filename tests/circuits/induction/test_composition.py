"""Composition scores against their theory, and against random heads."""

import pytest
import torch

from latebloom.circuits.induction import compositions
from latebloom.models import TransformerConfig


def test_planted_pair_k_composes_and_does_not_q_or_v_compose(planted):
    for into in ("k", "q", "v"):
        (pair,) = [scored for scored in compositions(planted, into) if scored.score is not None]
        assert (pair.source, pair.target) == ((0, 1), (1, 0))
        # Both are partial identities of rank 32, and so is their product.
        assert pair.score == pytest.approx(32**-0.5 if into == "k" else 0)
        assert pair.z > 10 if into == "k" else pair.z < -10


def test_random_weights_score_like_random_heads(random):
    for into in ("k", "q", "v"):
        scored = compositions(random, into)
        assert len(scored) == 16
        # Sixteen draws from a distribution of mean 0 and deviation 1.
        assert abs(sum(pair.z for pair in scored)) / 4 < 4
        assert max(abs(pair.z) for pair in scored) < 4.5


def test_one_column_by_hand(task):
    model = TransformerConfig(n_layers=2, d_model=4, n_heads=1, d_head=1, d_mlp=0).build(task)
    early, late = model.blocks[0].attn, model.blocks[1].attn
    with torch.no_grad():
        early.W_O[0] = torch.tensor([[3.0, 4.0, 0.0, 0.0]])
        late.W_K[0] = torch.tensor([[2.0], [0.0], [0.0], [0.0]])
        late.W_Q[0] = torch.tensor([[0.0], [0.0], [5.0], [0.0]])
    # With one column per head the score is a cosine: of what is written (3, 4, 0, 0) and of what keys read.
    (k,) = compositions(model, "k")
    (q,) = compositions(model, "q")
    assert (k.score, q.score) == (pytest.approx(0.6), pytest.approx(0, abs=1e-12))


def test_a_silent_head_is_undefined(task):
    model = TransformerConfig(n_layers=2, d_model=4, n_heads=1, d_head=2, d_mlp=0).build(task)
    with torch.no_grad():
        model.blocks[0].attn.W_O.zero_()
    (pair,) = compositions(model, "k")
    assert (pair.score, pair.excess, pair.z) == (None, None, None)
