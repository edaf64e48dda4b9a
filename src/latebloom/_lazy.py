"""What is imported at its first use, so that a command loads no more than it needs.

Importing torch takes longer than most commands. A module that such a command imports therefore imports nothing of
torch's itself: it imports what computes within the function that calls it, or it uses one of these.
"""

from __future__ import annotations

import ast
import sys
from functools import cached_property
from importlib import import_module
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any

_IMPORTING = RLock()
"""Two threads that import modules which import each other can wait for each other."""


class _LazyPackage(ModuleType):
    """A package that imports a name when it is first asked for it."""

    _homes: dict[str, tuple[str, str]]

    def __getattr__(self, name: str) -> Any:
        if name not in self._homes:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        home, own = self._homes[name]
        with _IMPORTING:
            value = import_module(f"{home}.{own}") if home == self.__name__ else getattr(import_module(home), own)
        self.__dict__[name] = value
        return value

    def __reduce__(self) -> tuple[Any, ...]:
        """By name: Ray sends functions of a notebook with the modules that they use."""
        return import_module, (self.__name__,)

    def __setattr__(self, name: str, value: Any) -> None:
        # An imported submodule would otherwise hide a function with its name.
        if not (isinstance(value, ModuleType) and name in self._homes and self._homes[name][0] != self.__name__):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._homes})


def import_on_use(package: str) -> None:
    """Let a package import, each at its first use, the names that its block ``if TYPE_CHECKING:`` imports.

    The block is thus read by type checkers and here, and nothing is listed twice.
    """
    module = sys.modules[package]
    module.__dict__["_homes"] = _type_checking_imports(Path(str(module.__file__)))
    module.__class__ = _LazyPackage


def _type_checking_imports(file: Path) -> dict[str, tuple[str, str]]:
    """Module and name of what the block imports, by the name that it has there."""
    blocks = [node for node in ast.parse(file.read_bytes()).body if isinstance(node, ast.If)]
    imports = [node for block in blocks if ast.unparse(block.test) == "TYPE_CHECKING" for node in block.body]
    return {
        alias.asname or alias.name: (str(node.module), alias.name)
        for node in imports
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


class Deferred:
    """A function, named ``module:attribute``, that is imported when it is first called. options: of every call."""

    def __init__(self, place: str, **options: Any) -> None:
        self.place = place
        self._options = options
        self.__module__, _, self.__qualname__ = place.partition(":")  # the manifest of a run names where a part is from

    @cached_property
    def function(self) -> Any:
        """The function itself."""
        module, _, attribute = self.place.partition(":")
        with _IMPORTING:
            return getattr(import_module(module), attribute)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self.function(*arguments, **self._options, **options)

    def __repr__(self) -> str:
        return f"Deferred({self.place!r})"
