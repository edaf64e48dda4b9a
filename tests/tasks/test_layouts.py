"""The layouts of a modular task's tokens."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from latebloom.tasks import ModularSubtraction

X, Y = np.array([1]), np.array([3])


@pytest.mark.parametrize(
    ("layout", "tokens", "d_vocab", "positions"),
    [
        ({}, [1, 3, 5], 6, (0, 1)),
        ({"equals": False}, [1, 3], 5, (0, 1)),
        ({"equals_first": True}, [5, 1, 3], 6, (1, 2)),
        ({"operator": True}, [1, 5, 3, 6], 7, (0, 2)),
        ({"operator": True, "equals_first": True}, [6, 1, 5, 3], 7, (1, 3)),
        ({"separate_operands": True, "operator": True, "extra_tokens": 2}, [1, 10, 8, 11], 14, (0, 2)),
    ],
)
def test_tokens_are_numbered_x_y_operator_equals_extra(layout, tokens, d_vocab, positions):
    task = ModularSubtraction(p=5, **layout)
    assert task.tokens(X, Y).tolist() == [tokens]
    assert (task.d_vocab, task.operand_positions, task.loss_positions) == (d_vocab, positions, (len(tokens) - 1,))


@given(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 2), st.integers(0, 2))
def test_operands_are_read_back_and_every_token_is_in_the_vocabulary(equals, first, operator, tokens, answers):
    task = ModularSubtraction(
        p=5, equals=equals, equals_first=first and equals, operator=operator, extra_tokens=tokens, extra_answers=answers
    )
    universe, (x, y) = task.universe(), task.pairs()
    assert all(np.array_equal(*pair) for pair in zip(task.operands(universe.tokens), (x, y)))
    assert universe.tokens.max() == task.d_vocab - 1 - tokens
    assert (task.d_vocab_out, task.answers) == (5 + answers, 5)
    mirrored = universe.tokens[:, list(task.swapped)]
    assert np.array_equal(mirrored, task.tokens(y, x))


def test_an_equals_sign_that_is_not_there_cannot_be_first():
    with pytest.raises(ValidationError, match="there is no ="):
        ModularSubtraction(equals=False, equals_first=True)


def test_operands_with_tokens_of_their_own_cannot_be_swapped():
    assert ModularSubtraction(separate_operands=True).swapped is None
