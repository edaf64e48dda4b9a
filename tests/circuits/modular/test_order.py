"""The sentence on the order of the numbers says of every operand and answer what its positions are."""

import numpy as np
import pytest
import torch

from latebloom.circuits.modular.order import describe_positions, number_order
from latebloom.circuits.modular.positions import Positions
from latebloom.tasks import AnswerTable, ModularDivision, ModularMultiplication

N = 11
NUMBERS = list(range(N))
PERMUTED = [0, 3, 1, 10, 7, 2, 9, 4, 8, 6, 5]
"""π with π(0) = 0."""
OTHER = [0, 5, 7, 1, 10, 3, 8, 2, 9, 4, 6]


@pytest.mark.parametrize(
    ("x", "y", "z", "stands", "listed"),
    [
        (NUMBERS, PERMUTED, NUMBERS, "y stands for a position", ["y"]),
        (PERMUTED, NUMBERS, NUMBERS, "x stands for a position", ["x"]),
        (NUMBERS, PERMUTED, OTHER, "y and z stand for positions", ["y"]),
        (PERMUTED, PERMUTED, NUMBERS, "x and y stand for positions", ["x and y"]),
        (PERMUTED, OTHER, PERMUTED, "x, y and z stand for positions", ["x", "y"]),
        (NUMBERS, NUMBERS, OTHER, "z stands for the position of the answer", []),
    ],
)
def test_the_operands_in_another_order_are_listed(
    x: list[int], y: list[int], z: list[int], stands: str, listed: list[str]
) -> None:
    found = describe_positions(Positions(1, False, torch.tensor(x), torch.tensor(y), torch.tensor(z)))
    assert found is not None
    assert found.startswith(stands)
    assert [part.partition(": ")[0] for part in found.partition("elements, ")[2].split("; ") if part] == listed
    assert ("counted from the answer to x = 0, y = 0" in found) == (not listed)


def test_a_permuted_second_operand_of_a_table_is_named() -> None:
    x, y = np.divmod(np.arange(N * N), N)
    task = AnswerTable(p=N, entries=((x + np.array(PERMUTED)[y]) % N).reshape(N, N))
    found = number_order(task)
    assert found is not None
    assert found.sentence.startswith("y stands for a position in the order of a cyclic group of 11 elements, y: 0, 2, ")


def test_logarithms_are_named_only_where_all_three_are_logarithms() -> None:
    for task in (ModularMultiplication(p=N), ModularDivision(p=N)):
        found = number_order(task)
        assert found is not None
        assert found.sentence.startswith("x, y and z stand for discrete logarithms mod 11 to the base 2;")
    thrice = np.array(ModularMultiplication(p=N).table()) * 3 % N
    found = number_order(AnswerTable(p=N, entries=thrice))
    assert found is not None
    assert "logarithms" not in found.sentence
