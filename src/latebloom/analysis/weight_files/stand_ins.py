"""What stands in for the classes and functions that a pickle names: objects that can be read and do nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch


@dataclass(frozen=True)
class Name:
    """A class or function that a pickle refers to. It was not imported."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(eq=False)
class StandIn:
    """An object of a class that was not imported.

    kind: the class. args: what it would have been called with. fields: its attributes. state: what its ``__setstate__``
    would have been given, where that is no dictionary of attributes. items: pairs, and values, that were added to it.
    """

    kind: Name
    args: tuple[Any, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    state: Any = None
    pairs: dict[Any, Any] = field(default_factory=dict)
    values: list[Any] = field(default_factory=list)

    def build(self, state: Any) -> None:
        """Take attributes as `object.__setstate__` would; anything else is kept as ``state``."""
        for part in state if isinstance(state, tuple) and len(state) == 2 else (state,):
            if isinstance(part, dict):
                self.fields |= {name: value for name, value in part.items() if isinstance(name, str)}
            elif part is not None:
                self.state = state


@dataclass(eq=False)
class NumpyType:
    """A numpy.dtype of numbers, in the making; ``code``: as numpy writes it, None where it is not one of numbers."""

    code: str | None
    order: Literal["=", "<", ">"] = "="

    @property
    def dtype(self) -> np.dtype[Any] | None:
        return None if self.code is None else np.dtype(self.code).newbyteorder(self.order)


@dataclass(eq=False)
class NumpyArray:
    """A numpy.ndarray in the making; ``value``: None until its content has been read, or where it holds objects."""

    value: np.ndarray | None = None


@dataclass(frozen=True)
class Storage:
    """The elements that a torch tensor lies in; None while only the storages of a file are listed."""

    elements: torch.Tensor | None
    key: str = ""
