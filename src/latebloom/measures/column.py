"""What the name of a measured number means: its unit, its formula, its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_PLACEHOLDER = re.compile(r"\\\{(\w+)\\\}")


@dataclass(frozen=True)
class Column:
    """A column of ``measures.parquet``, or many columns whose names follow one pattern.

    name: such as ``excluded_loss``, or ``excluded_loss.k{k}``, where ``{k}`` stands for any text.
    unit: nats, share (0 … 1), count, or empty for a number without one. formula: what the number is.
    source: who defined it; empty where we did.
    """

    name: str
    unit: str
    formula: str
    source: str = ""

    def of(self, **values: object) -> str:
        """The name with its placeholders filled in: ``EXCLUDED_ALONE.of(k=6)`` is ``excluded_loss.k6``."""
        return self.name.format(**values)

    def match(self, name: str) -> dict[str, str] | None:
        """The texts that the placeholders stand for in this name; None where the name does not follow the pattern."""
        found = _pattern(self.name).fullmatch(name)
        return None if found is None else found.groupdict()

    def among(self, names: Iterable[str]) -> Mapping[str, dict[str, str]]:
        """Those of the names that follow the pattern, with the texts of their placeholders."""
        matches = ((name, self.match(name)) for name in names)
        return {name: found for name, found in matches if found is not None}

    def __str__(self) -> str:
        return self.name


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub(r"(?P<\1>.+)", re.escape(name)))
