"""Operations that are given by their table of answers, as read off a model or drawn up by hand."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from jaxtyping import Bool, Int
from pydantic import BeforeValidator, Field, model_validator

from latebloom.tasks.cyclic import CyclicForm
from latebloom.tasks.groups.disguise import cyclic_order, read_disguise, read_disguise_without_zero
from latebloom.tasks.groups.families import cyclic, symmetric
from latebloom.tasks.groups.name import group_name
from latebloom.tasks.groups.named import group_table
from latebloom.tasks.groups.table import UNKNOWN, Group, exact_group
from latebloom.tasks.modular import ModularTask

_KEPT = 16
"""Tables whose arrays and orders are kept."""


def _rows(table: Int[np.ndarray, "p p"]) -> tuple[tuple[int, ...], ...]:
    return tuple(map(tuple, table.tolist()))


def _plain(entries: object) -> object:
    """An array as nested tuples, text as JSON or as the name of a group; anything else as it is."""
    if isinstance(entries, np.ndarray):
        return _rows(entries)
    if not isinstance(entries, str):
        return entries
    if entries.strip()[:1].isalpha():
        return _rows(group_table(entries))
    try:
        return json.loads(entries)
    except (ValueError, RecursionError):
        raise ValueError(
            "expected rows of answers in JSON, such as [[0,1,2],[1,2,0],[2,0,1]], or a group such as D59"
        ) from None


Entries = Annotated[tuple[tuple[int, ...], ...], BeforeValidator(_plain)]


# Kept by the entries instead of on the task, since tasks with arrays on them cannot be compared.
@lru_cache(maxsize=_KEPT)
def _array(entries: tuple[tuple[int, ...], ...]) -> Int[np.ndarray, "p p"]:
    return np.array(entries)


@lru_cache(maxsize=_KEPT)
def _form(entries: tuple[tuple[int, ...], ...]) -> CyclicForm | None:
    found = read_disguise(_array(entries)) or read_disguise_without_zero(_array(entries))
    return None if found is None else cyclic_order(found)


@lru_cache(maxsize=_KEPT)
def _group(entries: tuple[tuple[int, ...], ...]) -> Group | None:
    return exact_group(_array(entries))


class AnswerTable(ModularTask):
    """z = T[x, y] with a table T that is part of the task; -1 where the operation is not defined.

    p is the number of rows, and need not be given. Where T is a cyclic group, whatever the numbers of its elements,
    `cyclic_form` has the order in which it is addition or subtraction, found from the table itself.
    """

    derived_fields: ClassVar[frozenset[str]] = frozenset({"p"})
    summary: ClassVar[str] = "a table of answers, given entry by entry"
    name: Literal["answer_table"] = "answer_table"
    p: int = Field(default=3, ge=3, description="rows of the table: operands and answers are 0 … p-1")
    entries: Entries = Field(default=_rows(cyclic(3)), description="the answers by x, then by y; -1: not defined")

    @model_validator(mode="before")
    @classmethod
    def _as_many_as_rows(cls, value: Any) -> Any:
        if not isinstance(value, Mapping) or "p" in value or "entries" not in value:
            return value
        try:
            entries = _plain(value["entries"])
        except ValueError:
            return value  # it is raised again for the field, with its name
        return {**value, "p": len(entries), "entries": entries} if isinstance(entries, list | tuple) else value

    @model_validator(mode="after")
    def _is_square(self) -> "AnswerTable":
        widths = {len(self.entries), *map(len, self.entries)}
        if widths != {self.p}:
            raise ValueError(f"entries: got rows and columns of {sorted(widths)}, expected p = {self.p} of each")
        if not ((self._table >= UNKNOWN) & (self._table < self.p)).all() or (self._table == UNKNOWN).all():
            raise ValueError(f"entries: expected answers from 0 to {self.p - 1}, or -1 for some")
        return self

    @property
    def sizes(self) -> dict[str, Any]:
        """Without the table, which has p² numbers."""
        return {name: value for name, value in super().sizes.items() if name != "entries"}

    @property
    def _table(self) -> Int[np.ndarray, "p p"]:
        return _array(self.entries)

    def answer(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
        return np.maximum(self._table[x, y], 0)

    def defined(self, x: Int[np.ndarray, "*shape"], y: Int[np.ndarray, "*shape"]) -> Bool[np.ndarray, "*shape"]:
        return self._table[x, y] != UNKNOWN

    @property
    def cyclic_form(self) -> CyclicForm | None:
        return _form(self.entries)


class GroupComposition(AnswerTable):
    """z = x∘y in a finite group with elements 0 … n-1; the default is S3. Source: Chughtai et al. 2023."""

    summary: ClassVar[str] = "x∘y in a finite group, given by its table"
    name: Literal["group_composition"] = "group_composition"  # type: ignore[assignment]
    p: int = Field(default=6, ge=3, description="order of the group: operands and answers are 0 … p-1")
    entries: Entries = Field(
        default=_rows(symmetric(3)), description="the group: a name such as S5, or its table by x, then by y"
    )

    @model_validator(mode="after")
    def _is_a_group(self) -> "GroupComposition":
        if _group(self.entries) is None:
            raise ValueError("entries: got a table that is no group's, expected a Latin and associative one")
        return self

    @property
    def sizes(self) -> dict[str, Any]:
        """With the usual name of the group, where it has one."""
        name = group_name(self.group)
        return super().sizes if name is None else {**super().sizes, "group": name}

    @property
    def group(self) -> Group:
        """The group."""
        found = _group(self.entries)
        assert found is not None
        return found
