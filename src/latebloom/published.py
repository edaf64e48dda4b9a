"""Published numbers, beside which this package puts its own: each once, in ``published.toml``, with its source."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import model_validator

from latebloom._config import Config
from latebloom._errors import UsageError
from latebloom._text import SUPERSCRIPT, percent, whole

Value = float | str | tuple[float, ...] | tuple[tuple[float, ...], ...]
Source = Literal["W", "W~", "P", "P~", "W, P", "R"]

SOURCES: Mapping[str, str] = {
    "W": "Nanda and Lieberum 2022, A Mechanistic Interpretability Analysis of Grokking",
    "P": "Nanda et al. 2023, Progress measures for grokking via mechanistic interpretability",
    "R": "read off the runs that the authors published",
}
"""The sources. A ``~`` after W or P marks a number that was taken second-hand."""

LABELS: Mapping[str, str] = {"R": "published run"}
"""How tables name a source where its letter alone would not be understood."""

_REFERENCE = re.compile(r"\{([a-z][\w.]*)(?::([A-Z]~?))?\}")


class Published(Config):
    """One published number of one source.

    unit: nats, share (of 1), step, count or none. form: how the value is meant: exact or about (``value``), at least
    (``above``), at most (``below``), from and to (``range``), before and after (``change``), a ``list``, or words
    (``text``). where: the chapter, footnote or file. note: what the number is about, or a reservation.
    """

    id: str
    value: Value
    unit: Literal["nats", "share", "step", "count", "none"]
    source: Source
    form: Literal["value", "above", "below", "range", "change", "list", "text"] = "value"
    where: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _form_fits_value(self) -> Published:
        lists, words = isinstance(self.value, tuple), isinstance(self.value, str)
        forms = ("range", "change", "list") if lists else ("text",) if words else ("value", "above", "below")
        if self.form not in forms:
            expected = " or ".join(forms)
            raise ValueError(f"{self.id}: got form {self.form!r} with value {self.value!r}, expected {expected}")
        return self

    @property
    def number(self) -> float:
        """The value, where it is a single number. Errors: UsageError where it is not."""
        if not isinstance(self.value, float):
            raise UsageError(f"published number {self.id}: got {self.value!r}, expected a single number")
        return self.value

    @property
    def numbers(self) -> tuple[float, ...]:
        """The values of a range, a change or a plain list. Errors: UsageError where it is something else."""
        if not isinstance(self.value, tuple) or any(isinstance(part, tuple) for part in self.value):
            raise UsageError(f"published number {self.id}: got {self.value!r}, expected a list of numbers")
        return self.value  # type: ignore[return-value]

    @property
    def label(self) -> str:
        """The source as tables name it."""
        return LABELS.get(self.source, self.source)

    def text(self) -> str:
        """The number with its unit, as precise as its source gives it: ``2.4 × 10⁻⁷``, ``> 90 %``, ``955 → 942``."""
        if isinstance(self.value, str):
            return self.value
        if not isinstance(self.value, tuple):
            return {"above": "> ", "below": "< "}.get(self.form, "") + _text(self.value, self.unit)
        if self.form == "list":
            return "; ".join(map(_listed, self.value)) if isinstance(self.value[0], tuple) else _listed(self.value)
        first, last = (_text(value, self.unit) for value in self.numbers)
        return f"{first.removesuffix(' %')} – {last}" if self.form == "range" else f"{first} → {last}"


@cache
def all_published() -> Mapping[str, tuple[Published, ...]]:
    """Every published number by its id; several where sources differ."""
    stored = tomllib.loads(files("latebloom").joinpath("published.toml").read_text("utf-8"))
    numbers: dict[str, list[Published]] = {}
    for entry in stored["number"]:
        one = Published.model_validate(entry)
        numbers.setdefault(one.id, []).append(one)
    return {id: tuple(found) for id, found in numbers.items()}


def published(id: str, source: str | None = None) -> Published:
    """The number with this id; ``source`` chooses one where sources differ, else the first (W before P) is given.

    Errors: UsageError for an unknown id or source.
    """
    numbers = published_by(id)
    found = [one for one in numbers if source is None or one.source == source]
    if not found:
        known = ", ".join(one.source for one in numbers)
        raise UsageError(f"published number {id}: got source {source!r}, expected one of {known}")
    return found[0]


def published_by(id: str) -> tuple[Published, ...]:
    """The number as each of its sources gives it. Errors: UsageError for an unknown id."""
    numbers = all_published().get(id)
    if numbers is None:
        raise UsageError(f"published number: got id {id!r}, expected one of {', '.join(all_published())}")
    return numbers


def published_text(id: str) -> str:
    """The number as text, with the source of each value where sources differ: ``1 000 (W), 1 400 (P)``."""
    numbers = published_by(id)
    return numbers[0].text() if len(numbers) == 1 else ", ".join(f"{one.text()} ({one.label})" for one in numbers)


def published_source(id: str) -> str:
    """The sources of a number: ``W, P``."""
    return ", ".join(one.label for one in published_by(id))


def filled(text: str) -> str:
    """The text with every ``{id}`` replaced by that number as text, and ``{id:P}`` by that of one source.

    Errors: UsageError for an unknown id or source.
    """
    return _REFERENCE.sub(
        lambda match: published(*match.groups()).text() if match[2] else published_text(match[1]), text
    )


def _listed(values: tuple[float, ...] | tuple[tuple[float, ...], ...] | float) -> str:
    return ", ".join(f"{value:g}" for value in values)  # type: ignore[union-attr]


def _text(value: float, unit: str) -> str:
    if unit == "share":
        return percent(value)
    if unit in ("step", "count"):
        return whole(value)
    mantissa, _, exponent = f"{value:g}".partition("e")
    return mantissa + (f" × 10{str(int(exponent)).translate(SUPERSCRIPT)}" if exponent else "")
