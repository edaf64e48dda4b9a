"""The usual name of a group, found by an isomorphism."""

import itertools
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from latebloom.tasks.groups.named import named
from latebloom.tasks.groups.table import Group

MOST_TRIES = 100_000
"""Choices of images for the generators that are tried before a group counts as one without a usual name."""


def group_name(group: Group) -> str | None:
    """A name of the usual families (C6, D5, S5, A4, Q8, C2×C4); None for any other group.

    D_n has 2n elements. A group with several names has that with the fewest factors: C6, not C2×C3; D6, not S3×C2.
    """
    signature = _signature(group)
    for name, other in named(group.order):
        if _signature(other) == signature and isomorphic(group, other):
            return name
    return None


def isomorphic(group: Group, other: Group) -> bool:
    """Whether two groups are the same but for the names of their elements.

    Abelian groups are the same if they have as many elements of each order. For others, the images of some generators
    are tried in turn.
    """
    if group.order != other.order or _signature(group) != _signature(other):
        return False
    if group.abelian:
        return other.abelian
    generators = _generators(group)
    words = _words(group, generators)
    kinds, images = _kinds(group), _kinds(other)
    choices = itertools.product(*([i for i in range(other.order) if images[i] == kinds[g]] for g in generators))
    wanted = _products(group, kinds, generators)
    return any(
        _products(other, images, choice) == wanted and _extends(group, other, words, generators, choice)
        for choice in itertools.islice(choices, MOST_TRIES)
    )


def _kinds(group: Group) -> list[tuple[int, int]]:
    """What an isomorphism keeps of each element: its order, and with how many elements it commutes."""
    commuting = (group.table == group.table.T).sum(1)
    return [(int(order), int(count)) for order, count in zip(group.orders, commuting, strict=True)]


def _signature(group: Group) -> list[tuple[int, int]]:
    return sorted(_kinds(group))


def _products(group: Group, kinds: list[tuple[int, int]], elements: Sequence[int]) -> list[tuple[int, int]]:
    """The kind of the product of each two of the elements, which an isomorphism keeps too."""
    return [kinds[group.table[a, b]] for a, b in itertools.combinations(elements, 2)]


def _generators(group: Group) -> list[int]:
    """Elements that generate the group, rare kinds first."""
    kinds = _kinds(group)
    chosen: list[int] = []
    spanned = {group.identity}
    for element in sorted(range(group.order), key=lambda i: (kinds.count(kinds[i]), -kinds[i][0])):
        if element not in spanned:
            chosen.append(element)
            spanned = set(_words(group, chosen))
    return _fewer(group, chosen)


def _fewer(group: Group, generators: list[int]) -> list[int]:
    """Without those that the others make up for."""
    for element in list(generators):
        rest = [other for other in generators if other != element]
        if len(_words(group, rest)) == group.order:
            generators = rest
    return generators


def _words(group: Group, generators: list[int]) -> dict[int, tuple[int, int]]:
    """Every element that the generators reach, as (element before, number of the generator), in order of reach."""
    reached, queue = {group.identity: (group.identity, -1)}, [group.identity]
    for element in queue:
        for i, generator in enumerate(generators):
            following = int(group.table[element, generator])
            if following not in reached:
                reached[following] = (element, i)
                queue.append(following)
    return reached


def _extends(
    group: Group,
    other: Group,
    words: dict[int, tuple[int, int]],
    generators: list[int],
    images: tuple[int, ...],
) -> bool:
    """Whether sending each generator to its image is an isomorphism; words: every element by `_words`."""
    image: Int[np.ndarray, " n"] = np.full(group.order, -1)
    for element, (before, i) in words.items():
        image[element] = other.identity if i < 0 else other.table[image[before], images[i]]
    if len(np.unique(image)) < group.order:
        return False
    return all(
        np.array_equal(image[group.table[:, g]], other.table[image, h]) for g, h in zip(generators, images, strict=True)
    )
