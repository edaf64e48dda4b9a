"""Groups whose elements are numbered in another way for the operands than for the answers.

Such a table is x∘y = h(f(x) · g(y)) with permutations f, g, h: a Latin square, but seldom associative. Naming each row
by its entry in one column, and each column by its entry in one row, gives a group's table again (Albert 1943: every
group that is isotopic to a group is isomorphic to it).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from latebloom.tasks.cyclic import CyclicForm
from latebloom.tasks.groups.table import MOST_ELEMENTS, UNKNOWN, Group, read_group

MOST_REFERENCES = 8
"""Rows and columns that name the others which are tried; each must be free of errors."""


@dataclass(frozen=True, eq=False)
class Disguise:
    """A table of answers as a group's: ``answers[x, y] = answer[group.table[of_x[x], of_y[y]]]``, errors apart.

    of_x, of_y: the element of each operand; UNKNOWN for an operand that is none. answer: of each element.
    """

    group: Group
    of_x: Int[np.ndarray, " p"]
    of_y: Int[np.ndarray, " p"]
    answer: Int[np.ndarray, " n"]

    @property
    def table(self) -> Int[np.ndarray, "p p"]:
        """The answers without errors; UNKNOWN where an operand is no element."""
        known = (self.of_x[:, None] != UNKNOWN) & (self.of_y != UNKNOWN)
        return np.where(known, self.answer[self.group.table[self.of_x[:, None], self.of_y]], UNKNOWN)

    def agreement(self, answers: Int[np.ndarray, "p p"]) -> float:
        """The share of the answers to pairs of elements that are as this table."""
        table = self.table
        known = table != UNKNOWN
        return float((table == answers)[known].mean())


def read_disguise(answers: Int[np.ndarray, "n n"]) -> Disguise | None:
    """The group that these answers are, up to the numbers of its elements; None where they are no group in disguise.

    At least half of the answers agree with it, as `read_group` demands. Limits: it needs a row and a column without
    errors, so it finds nothing once a few per cent of the answers are wrong; `read_group`, for equal numbers
    throughout, still does at 30 %.
    """
    n = len(answers)
    if not 2 <= n <= MOST_ELEMENTS:
        return None
    rows = [i for i in range(n) if _complete(answers[i])]
    columns = [i for i in range(n) if _complete(answers[:, i])]
    both = [i for i in rows if i in columns]
    for row, column in [(i, i) for i in both[:MOST_REFERENCES]] or list(zip(rows[:1], columns[:1], strict=False)):
        of_x, of_y = answers[:, column], answers[row]
        if not _complete(of_x):
            continue
        renamed = np.empty_like(answers)
        renamed[of_x[:, None], of_y] = answers
        group = read_group(renamed)
        if group is not None:
            return Disguise(group, of_x, of_y, np.arange(n))
    return None


def read_disguise_without_zero(answers: Int[np.ndarray, "n n"]) -> Disguise | None:
    """The group that the answers are without one number of each operand, as in x · y and x / y without 0.

    The operand x that is left out has equal answers to (almost) all y, or none (UNKNOWN). That answer is left out of
    the group, and with it the operand y that has the fewest different answers of the rest.
    """
    n = len(answers)
    if n < 4:
        return None
    padded = np.where((answers >= 0) & (answers < n), answers, UNKNOWN)
    counts = np.stack([np.bincount(row + 1, minlength=n + 1) for row in padded])  # of UNKNOWN, 0, 1, …
    zero_x = int(counts.max(1).argmax())
    if counts[zero_x].max() < n - 1:
        return None
    kept_x, zero = np.delete(np.arange(n), zero_x), int(counts[zero_x].argmax()) - 1
    rest = padded[kept_x]
    kept_y = np.delete(np.arange(n), np.argmin([len(np.setdiff1d(column, [zero])) for column in rest.T]))
    inner = rest[:, kept_y]
    symbols = np.setdiff1d(np.arange(n), [zero] if zero != UNKNOWN else np.setdiff1d(np.arange(n), inner)[:1])
    if len(symbols) != n - 1:
        return None
    place = np.full(n + 1, UNKNOWN)
    place[symbols] = np.arange(n - 1)
    found = read_disguise(place[inner])
    if found is None:
        return None
    of_x, of_y = np.full(n, UNKNOWN), np.full(n, UNKNOWN)
    of_x[kept_x], of_y[kept_y] = found.of_x, found.of_y
    return Disguise(found.group, of_x, of_y, symbols)


def cyclic_order(disguise: Disguise) -> CyclicForm | None:
    """The operands and answers in an order in which the answers are those of addition or subtraction mod n.

    None unless the group is cyclic. The order is determined up to its start and to a factor without common divisor
    with n, so the frequencies of waves in it are determined up to that factor. Both operands have one order where that
    is possible; subtraction is then told from addition.
    """
    cycle = disguise.group.cycle
    if cycle is None:
        return None
    x, y = _listed(disguise.of_x, cycle), _listed(disguise.of_y, cycle)
    z, n = disguise.answer[cycle], len(cycle)
    start = np.flatnonzero(x == y[0])
    for sign in (1, -1):
        # y[j] = x[start + sign · j], so position j of x is position sign · (j - start) of y.
        if len(start) and np.array_equal(y, x[(start[0] + sign * np.arange(n)) % n]):
            return CyclicForm(sign, x, x, np.roll(z, int(sign * start[0])))
    return CyclicForm(1, x, y, z)


def _listed(element_of: Int[np.ndarray, " p"], cycle: list[int]) -> Int[np.ndarray, " n"]:
    """The operand of each element of the cycle."""
    operand = {int(element): i for i, element in enumerate(element_of)}
    return np.array([operand[element] for element in cycle])


def _complete(line: Int[np.ndarray, " n"]) -> bool:
    """Whether a row or column holds each number once."""
    return bool((np.sort(line) == np.arange(len(line))).all())
