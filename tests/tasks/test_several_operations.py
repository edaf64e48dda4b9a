"""Several operations in one task: their answers, tokens and parts."""

import numpy as np
import pytest

from latebloom import UsageError
from latebloom.recipes.settings import experiment_of
from latebloom.tasks import Data, SeveralOperations, split

NAMES = ("modular_addition", "modular_subtraction", "modular_division")
ANSWERS = (lambda x, y: (x + y) % 5, lambda x, y: (x - y) % 5, lambda x, y: x * pow(int(y), -1, 5) % 5)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("drawn", [False, True])
def test_the_last_token_says_which_operation_is_asked_for(drawn, own):
    task = SeveralOperations(p=5, operations=NAMES, own_answers=own)
    assert task.d_vocab_out == task.answers == (15 if own else 5)
    batch = task.sample(200, np.random.default_rng(0)) if drawn else task.universe()
    assert task.components == NAMES
    assert set(batch.tokens[:, 2]) == {5, 6, 7}
    for (x, y, operation), (label,), (part,) in zip(*batch):
        assert part == operation - 5
        assert label == ANSWERS[part](x, y) + 5 * part * own


def test_the_universe_has_each_defined_pair_of_each_operation_once_and_a_split_cuts_all_of_it():
    task = SeveralOperations(p=5, operations=NAMES)
    assert len(task.universe()) == len({tuple(row) for row in task.universe().tokens.tolist()}) == 25 + 25 + 20
    cut = split(task, Data(fraction=0.8))
    assert (len(cut.train), len(cut.test)) == (56, 14)
    assert set(cut.train.component[:, 0]) == {0, 1, 2}


def test_shared_answers_are_left_out_of_what_is_stored():
    assert "own_answers" not in SeveralOperations().model_dump()
    stored = SeveralOperations(own_answers=True).model_dump()
    assert SeveralOperations.model_validate(stored).own_answers


@pytest.mark.parametrize("names", ["modular_addition,modular_addition", "modular_addition,digit_addition"])
def test_operations_are_different_tasks_of_two_operands(names):
    settings = ["--task.name", "several_operations", "--task.operations"]
    assert experiment_of("small", 0, [*settings, "modular_addition, modular_cubic"]).task.d_vocab == 59 + 2
    with pytest.raises(UsageError, match="expected each once, out of modular_addition, "):
        experiment_of("small", 0, [*settings, names])
