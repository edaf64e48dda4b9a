"""Several operations: answers of each, and its tokens as a task of its own."""

import numpy as np

from latebloom.tasks import SeveralOperations


def test_every_pair_of_every_operation_has_its_answer():
    task = SeveralOperations(p=5)
    batch = task.universe()
    assert len(batch) == 3 * 25
    x, operation, y, equals = batch.tokens.T
    answers = np.select([operation == 5, operation == 6, operation == 7], [x + y, x - y, x * y]) % 5
    assert (batch.labels[:, 0] == answers).all()
    assert (equals == 8).all()
    assert (batch.component[:, 0] == operation - 5).all()


def test_an_operation_is_a_task_of_its_own_with_the_same_tokens():
    task = SeveralOperations(p=5)
    alone, tokens = task.operation("multiplication")
    whole, own = task.universe(), alone.universe()
    of_it = whole.take(np.flatnonzero(whole.component[:, 0] == 2))
    assert (np.array(tokens)[own.tokens] == of_it.tokens).all()
    assert (own.labels == of_it.labels).all()
