"""A group read off a table of answers that may hold errors.

Elements are numbered 0 … n-1, and ``table[x, y]`` is x∘y. Errors are outvoted: in a group, x∘y = (x∘a)∘(a⁻¹∘y) for
every a, so every cell has one vote for each a, and wrong cells vote for answers that are spread over the group.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

VOTES = 48
"""Elements a whose votes are counted for each cell; more cost time, and change nothing below 30 % of errors."""

ROUNDS = 6
"""Rounds of votes; each starts from the table that the last one corrected."""

MOST_ELEMENTS = 720
"""A table of more elements is not looked at: time and memory grow with their square."""

UNKNOWN = -1
"""A cell of a table without a known answer."""


@dataclass(frozen=True, eq=False)
class Group:
    """A group: its table, and the number of its identity."""

    table: Int[np.ndarray, "n n"]
    identity: int

    @property
    def order(self) -> int:
        """Number of elements."""
        return len(self.table)

    @property
    def abelian(self) -> bool:
        """Whether x∘y = y∘x throughout."""
        return bool((self.table == self.table.T).all())

    def powers(self, element: int) -> list[int]:
        """The identity, the element, its square, … once round."""
        sequence, power = [self.identity], element
        while power != self.identity:
            sequence.append(power)
            power = int(self.table[power, element])
        return sequence

    @property
    def orders(self) -> Int[np.ndarray, " n"]:
        """The order of each element."""
        return np.array([len(self.powers(element)) for element in range(self.order)])

    @property
    def cycle(self) -> list[int] | None:
        """All elements as powers of the least element that generates the group; None unless the group is cyclic."""
        found = np.flatnonzero(self.orders == self.order)
        return self.powers(int(found[0])) if len(found) else None


def read_group(answers: Int[np.ndarray, "n n"]) -> Group | None:
    """The group whose table these answers are, errors apart; None where they are not a group's table.

    A group is returned only if the corrected table is one exactly (Latin square, associative, with an identity), and
    at least half of the answers agree with it. Cells of `UNKNOWN` agree with nothing.
    """
    n = len(answers)
    if not 2 <= n <= MOST_ELEMENTS:
        return None
    table = np.where((answers >= 0) & (answers < n), answers, UNKNOWN)
    for _ in range(ROUNDS):
        group = exact_group(table)
        if group is not None:
            return group if float((group.table == answers).mean()) >= 0.5 else None
        corrected = _outvoted(table)
        if np.array_equal(corrected, table):
            return None
        table = corrected
    return None


def exact_group(table: Int[np.ndarray, "n n"]) -> Group | None:
    """The group of a table without errors; None for any other table."""
    n = len(table)
    every = np.arange(n)
    if not (np.sort(table, 0) == every[:, None]).all() or not (np.sort(table, 1) == every).all():
        return None
    identities = np.flatnonzero((table == every).all(1) & (every == table.T).all(1))
    if len(identities) != 1:
        return None
    # Light's test: (x∘a)∘y = x∘(a∘y) for all x and y needs to be seen for a of a generating set only.
    for a in generators(table, int(identities[0])):
        if not np.array_equal(table[table[:, a]], table[:, table[a]]):
            return None
    return Group(table, int(identities[0]))


def generators(table: Int[np.ndarray, "n n"], identity: int) -> list[int]:
    """Elements, least first, whose products ((a∘b)∘c)∘… are all elements of a Latin table with an identity."""
    chosen: list[int] = []
    reached = generated(table, identity, chosen)
    while not reached.all():
        chosen.append(int(np.argmin(reached)))
        reached = generated(table, identity, chosen)
    return chosen


def generated(table: Int[np.ndarray, "n n"], identity: int, elements: list[int]) -> Bool[np.ndarray, " n"]:
    """Which elements are products ((a∘b)∘c)∘… of these; in a group, the subgroup that they generate."""
    reached = np.zeros(len(table), bool)
    frontier = np.array([identity])
    while len(frontier) and len(elements):
        reached[frontier] = True
        products = np.unique(table[frontier[:, None], elements])
        frontier = products[~reached[products]]
    reached[identity] = True
    return reached


def _outvoted(table: Int[np.ndarray, "n n"]) -> Int[np.ndarray, "n n"]:
    """Each cell replaced by the answer with most votes.

    x∘y = (x∘a)∘b with a∘b = y, and x∘y = w∘(a∘y) with w∘a = x: the second needs nothing from row x.
    """
    n = len(table)
    helpers = np.unique(np.linspace(0, n - 1, min(n, VOTES)).astype(int))
    left, right = _quotients(table), _quotients(table.T)
    padded = np.full((n + 1, n + 1), UNKNOWN)  # the last row and column, which UNKNOWN indexes, are unknown
    padded[:n, :n] = table
    corrected = np.empty_like(table)
    for x in range(n):
        first = padded[padded[x, helpers][:, None], left[helpers]]  # (x∘a)∘b for each a and y
        second = padded[right[helpers, x][:, None], padded[helpers, :n]]  # w∘(a∘y)
        corrected[x] = _most_votes(np.concatenate([first, second, table[x][None]]), n)
    return corrected


def _quotients(table: Int[np.ndarray, "n n"]) -> Int[np.ndarray, "n n"]:
    """b at [a, y] with table[a, b] = y; UNKNOWN where no cell or several cells of row a hold y."""
    n = len(table)
    a, b = np.nonzero(table != UNKNOWN)
    found, count = np.full((n, n), UNKNOWN), np.zeros((n, n), int)
    found[a, table[a, b]] = b
    np.add.at(count, (a, table[a, b]), 1)
    return np.where(count == 1, found, UNKNOWN)


def _most_votes(votes: Int[np.ndarray, "vote cell"], n: int) -> Int[np.ndarray, " cell"]:
    """The answer with most votes in each column; UNKNOWN where there is no vote."""
    cells = np.broadcast_to(np.arange(votes.shape[1]), votes.shape)
    valid = votes != UNKNOWN
    count = np.bincount(cells[valid] * n + votes[valid], minlength=votes.shape[1] * n).reshape(-1, n)
    return np.where(count.any(1), count.argmax(1), UNKNOWN)
