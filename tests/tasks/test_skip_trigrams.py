"""The format of the write-up, and the distribution of the stream."""

import numpy as np
import pytest

from latebloom.tasks import SkipTrigrams


@pytest.fixture(scope="module")
def batch():
    return SkipTrigrams(length=5).sample(20_000, np.random.default_rng(0))


def test_example_begins_with_start_and_ends_with_end(batch):
    assert batch.tokens.shape == (20_000, 7)
    assert (batch.tokens[:, 0] == 20).all()
    assert (batch.tokens[:, -1] == 21).all()
    assert SkipTrigrams(length=5).loss_positions == (6,)


def test_exactly_one_token_is_the_answer(batch):
    between = batch.tokens[:, 1:-1]
    triggers = between >= 10
    assert between.min() == 0
    assert between.max() == 19
    assert (triggers.sum(1) == 1).all()
    assert (between[triggers] == 10 + batch.labels[:, 0]).all()


def test_components_are_the_answers(batch):
    names = SkipTrigrams(length=5).components
    assert names == tuple(map(str, range(10, 20)))
    told = [int(names[i]) for i in batch.component[:, 0]]
    assert told == (10 + batch.labels[:, 0]).tolist()


def test_places_answers_and_fillers_are_uniform(batch):
    between = batch.tokens[:, 1:-1]
    place, fillers = (between >= 10).argmax(1), between[between < 10]
    for drawn, kinds in ((place, 5), (batch.labels[:, 0], 10), (fillers, 10)):
        share = np.bincount(drawn, minlength=kinds) / len(drawn)
        # Five standard errors of a share.
        np.testing.assert_allclose(share, 1 / kinds, atol=5 * (kinds * len(drawn)) ** -0.5)


def test_universe_is_not_listed():
    assert SkipTrigrams().universe() is None


def test_one_token_is_enough():
    batch = SkipTrigrams(length=1).sample(50, np.random.default_rng(0))
    assert (batch.tokens[:, 1] == 10 + batch.labels[:, 0]).all()
