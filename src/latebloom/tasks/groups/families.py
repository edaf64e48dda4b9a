"""Tables of the usual families of groups: C_n, D_n, S_n, A_n, Q_n, and direct products."""

import itertools
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int


def cyclic(n: int) -> Int[np.ndarray, "n n"]:
    """C_n: addition mod n."""
    i = np.arange(n)
    return (i[:, None] + i) % n


def dihedral(n: int) -> Int[np.ndarray, "m m"]:
    """D_n, of order 2n: element s·n + r is a rotation by r, after a reflection where s is 1."""
    s, r = np.divmod(np.arange(2 * n), n)
    sign = 1 - 2 * s
    return (s[:, None] ^ s) * n + (sign * r[:, None] + r) % n


def symmetric(n: int) -> Int[np.ndarray, "m m"]:
    """S_n: all permutations of n things."""
    return _composed(list(itertools.permutations(range(n))))


def alternating(n: int) -> Int[np.ndarray, "m m"]:
    """A_n: the even permutations of n things."""
    return _composed([each for each in itertools.permutations(range(n)) if not _odd(each)])


def quaternions(order: int = 8) -> Int[np.ndarray, "n n"]:
    """Q_n, of order n = 8, 16, 32, …: element s·n/2 + r is a turn by r of n/2, after j where s is 1, with j² = n/4."""
    half = order // 2
    s, r = np.divmod(np.arange(order), half)
    sign = 1 - 2 * s
    turn = sign * r[:, None] + r + half // 2 * (s[:, None] & s)
    return (s[:, None] ^ s) * half + turn % half


def product(first: Int[np.ndarray, "n n"], second: Int[np.ndarray, "m m"]) -> Int[np.ndarray, "k k"]:
    """The direct product of two groups."""
    m = len(second)
    a, b = np.divmod(np.arange(len(first) * m), m)
    return first[a[:, None], a] * m + second[b[:, None], b]


def _composed(permutations: Sequence[tuple[int, ...]]) -> Int[np.ndarray, "m m"]:
    listed = np.array(permutations)  # in lexicographic order, and so in that of their digits as one number
    n = listed.shape[1]
    digits = n ** np.arange(n - 1, -1, -1)
    return np.searchsorted(listed @ digits, listed[:, listed] @ digits)


def _odd(permutation: Sequence[int]) -> bool:
    return sum(a > b for a, b in itertools.combinations(permutation, 2)) % 2 == 1
