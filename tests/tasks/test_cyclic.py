"""Operations as addition in a cyclic group: discrete logarithms by hand."""

import numpy as np
import pytest

from latebloom.tasks import (
    ModularAddition,
    ModularCubic,
    ModularDivision,
    ModularMultiplication,
    ModularQuadratic,
    ModularSquareSum,
    ModularSubtraction,
    RandomTable,
)
from latebloom.tasks.cyclic import cyclic_form, is_prime, primitive_root


@pytest.mark.parametrize(("p", "root"), [(3, 2), (5, 2), (7, 3), (23, 5), (41, 6), (113, 3)])
def test_least_primitive_roots_by_hand(p, root):
    assert primitive_root(p) == root


def test_logarithms_mod_7_by_hand():
    # 3^0 … 3^5 = 1, 3, 2, 6, 4, 5 mod 7.
    for task, sign in ((ModularMultiplication(p=7), 1), (ModularDivision(p=7), -1)):
        form = task.cyclic_form
        assert (form.order, form.sign, form.natural) == (6, sign, False)
        assert form.x.tolist() == form.y.tolist() == form.z.tolist() == [1, 3, 2, 6, 4, 5]


@pytest.mark.parametrize("kind", [ModularAddition, ModularSubtraction, ModularMultiplication, ModularDivision])
def test_the_form_gives_every_answer(kind):
    task = kind(p=13)
    form = task.cyclic_form
    i, j = np.divmod(np.arange(form.order**2), form.order)
    assert (task.answer(form.x[i], form.y[j]) == form.z[(i + form.sign * j) % form.order]).all()


def test_sums_and_differences_are_their_own_positions():
    for task, sign in ((ModularAddition(p=12), 1), (ModularSubtraction(p=12), -1)):
        assert task.cyclic_form.natural
        assert (task.cyclic_form.order, task.phase_sign) == (12, sign)


def test_a_constant_renumbers_the_answers():
    form = cyclic_form(lambda x, y: (x - y + 5) % 7, 7)
    assert (form.sign, form.z.tolist()) == (-1, [5, 6, 0, 1, 2, 3, 4])
    assert not form.natural


def test_other_operations_have_none():
    tasks = (ModularQuadratic(p=11), ModularCubic(p=11), ModularSquareSum(p=11), RandomTable(p=11))
    assert [task.cyclic_form for task in (*tasks, ModularMultiplication(p=12))] == [None] * 5
    assert ModularMultiplication(p=11).phase_sign is None


def test_primes():
    assert [number for number in range(20) if is_prime(number)] == [2, 3, 5, 7, 11, 13, 17, 19]
