"""The parts of a page that depend on the task's family: each is one function, registered here from any package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from latebloom._registry import Registry
from latebloom.lab.explorer.evidence import Evidence


@dataclass(frozen=True)
class Part:
    """Data for some views of a page.

    key: the entry of the page that it fills (``modular``, ``examples``); any other key is an entry of ``extra``, which
    the view of that name reads. family: whose runs have it; None for all. make: the data as plain JSON with None for
    undefined numbers; None, or a LatebloomError with the reason, where the run has nothing to show.
    """

    key: str
    family: str | None
    make: Callable[[Evidence], Any]

    @property
    def name(self) -> str:
        """By which it is registered."""
        return self.key if self.family is None else f"{self.key} of {self.family}"


PARTS: Registry[Part] = Registry("part of a page")
"""Every part."""

Maker = Callable[[Evidence], Any]


def part(key: str, *families: str) -> Callable[[Maker], Maker]:
    """Decorator that registers a function as the part ``key`` of the pages of these families (of all, without one)."""

    def register(make: Maker) -> Maker:
        for family in families or (None,):
            PARTS.register(Part(key, family, make))
        return make

    return register


def parts_of(family: str) -> list[Part]:
    """The parts of a page of this family."""
    return [one for one in PARTS.values() if one.family in (None, family)]
