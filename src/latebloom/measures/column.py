"""The meaning of a measured number: its unit, its formula, its source."""

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
    unit: nats, share (0 … 1), count, or empty for a number without a unit. formula: how the number is computed.
    source: who defined it; empty if it was defined here.
    """

    name: str
    unit: str
    formula: str
    source: str = ""

    def of(self, **values: object) -> str:
        """The name with its placeholders filled in: ``EXCLUDED_ALONE.of(k=6)`` is ``excluded_loss.k6``."""
        return self.name.format(**values)

    def match(self, name: str) -> dict[str, str] | None:
        """The text of each placeholder in this name; None where the name does not follow the pattern."""
        match = _pattern(self.name).fullmatch(name)
        return None if match is None else match.groupdict()

    def among(self, names: Iterable[str]) -> Mapping[str, dict[str, str]]:
        """The names that follow the pattern, each with the texts of its placeholders."""
        matches = ((name, self.match(name)) for name in names)
        return {name: texts for name, texts in matches if texts is not None}

    def __str__(self) -> str:
        return self.name


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub(r"(?P<\1>.+)", re.escape(name)))
