"""Sparse parity: answers by hand, and settings that do not fit."""

import numpy as np
import pytest
from pydantic import ValidationError

from latebloom.tasks import SparseParity


def test_the_answer_is_the_parity_of_the_first_bits():
    bits = np.array([[1, 1, 0, 1], [1, 0, 0, 0], [1, 1, 1, 0]])
    assert SparseParity(bits=4, relevant=3).batch(bits).labels[:, 0].tolist() == [0, 1, 1]


def test_fewer_bits_than_relevant_ones_are_refused():
    with pytest.raises(ValidationError, match="got 5 with 4 bits, expected 4 at most"):
        SparseParity(bits=4, relevant=5)
