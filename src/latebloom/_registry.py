"""Named things that this package and others add: tasks, optimisers, measures, figures, claims, recipes, families.

An installed package names a module in the entry-point group ``latebloom``; importing that module registers its parts:

    [project.entry-points.latebloom]
    my_package = "my_package.latebloom_parts"

Modules that are not installed are named in the environment variable ``LATEBLOOM_IMPORT`` (comma-separated). The command
line sets it from ``--import MODULE``, so that worker processes import them too. Nothing else is ever imported: in
particular nothing that a run or a file names.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import shlex
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import FunctionType
from typing import Any, TypeVar
from weakref import ref

from latebloom._errors import UsageError, first_line
from latebloom._nearest import did_you_mean

T = TypeVar("T")

GROUP = "latebloom"
"""The entry-point group of installed packages."""

VARIABLE = "LATEBLOOM_IMPORT"
"""The environment variable that names further modules to import."""


_GIVEN: dict[str, None] = {}
"""Modules that `import_module` has imported and that the user's environment does not name, in order."""

_REGISTRIES: list[ref[Registry[Any]]] = []
"""Every registry that is still in use."""


def _own_name(thing: Any) -> str:
    return thing.name


def _none(name: str) -> None:
    return None


class Registry(Mapping[str, T]):
    """Things of one kind by name, in the order of registration.

    kind: what one is called in messages. name: how to read the name off a thing (its ``name`` by default). made: the
    thing of a name that is not registered but says all about it, else None; such things are found and not listed.
    Listing, and looking up a name that is not there yet, first load the modules of other packages.
    """

    def __init__(
        self, kind: str, name: Callable[[T], str] = _own_name, made: Callable[[str], T | None] = _none
    ) -> None:
        self.kind = kind
        self._name = name
        self._made = made
        self._things: dict[str, T] = {}
        self._modules: dict[str, str] = {}
        _REGISTRIES.append(ref(self))

    @property
    def has_foreign(self) -> bool:
        """Whether a module outside this package has registered a thing."""
        package = __name__.partition(".")[0]
        return any(module.partition(".")[0] != package for module in self._modules.values())

    def register(self, thing: T) -> T:
        """Add a thing and return it, so this also works as a decorator.

        Registering a name again from the same module replaces the thing, as when a notebook cell is run twice.
        Errors: UsageError where another module has registered the name.
        """
        name = self._name(thing)
        module = _module(thing)
        if self._modules.setdefault(name, module) != module:
            raise UsageError(f"{self.kind}: the name {name!r} is taken by {self._modules[name]}; choose another name")
        self._things[name] = thing
        return thing

    def __getitem__(self, name: str) -> T:
        """Errors: UsageError that lists the names there are."""
        found = self._things[name] if name in self else self._made(name)
        if found is None:
            meant = did_you_mean(name, self._things)
            raise UsageError(f"{self.kind}: got {name!r}, expected one of {', '.join(self._things)}{meant}")
        return found

    def __contains__(self, name: object) -> bool:
        if name not in self._things:
            load_plugins()
        return name in self._things

    def __iter__(self) -> Iterator[str]:
        load_plugins()
        return iter(list(self._things))

    def __len__(self) -> int:
        load_plugins()
        return len(self._things)


def _module(thing: Any) -> str:
    """The module that defines a class or function; for another thing, the module whose top-level code is running.

    That is the innermost such module, so a function that registers things for its caller does not count, and neither
    does a wrapper that checks types.
    """
    if isinstance(thing, type | FunctionType):
        return thing.__module__
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_locals is not frame.f_globals:
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", ""))


def has_foreign_parts() -> bool:
    """Whether parts of other packages are registered, or would be once a registry is listed."""
    if _named() or importlib.metadata.entry_points(group=GROUP):
        return True
    return any(registry is not None and registry.has_foreign for registry in (known() for known in _REGISTRIES))


def load_plugins() -> None:
    """Import the modules of installed packages and those that ``LATEBLOOM_IMPORT`` names, each once.

    An installed package that cannot be imported is left out with a warning, so that it does not disable the rest.
    Errors: UsageError for a module of ``LATEBLOOM_IMPORT`` that cannot be imported.
    """
    _load_installed()
    for module in _named():
        _import(module)


def import_module(name: str) -> None:
    """Import a module that the user named, here and in every worker process started from here.

    The current directory is searched first. Errors: UsageError in one line.
    """
    _import(name)
    if name not in _named():
        _GIVEN[name] = None
        os.environ[VARIABLE] = ",".join([*_named(), name])


def import_options() -> list[str]:
    """``--import MODULE`` for each module that the user named in this process: a later command needs them again."""
    return [word for name in _GIVEN if name in _named() for word in ("--import", name)]


def suggested(*words: str) -> str:
    """A command for a message, as it can be pasted into a shell: ``latebloom measure runs/x --import my_parts``."""
    return shlex.join(["latebloom", *words, *import_options()])


@cache
def _load_installed() -> None:
    for point in importlib.metadata.entry_points(group=GROUP):
        try:
            importlib.import_module(point.module)
        except Exception as error:
            reason = f"{type(error).__name__}: {first_line(error)}"
            warnings.warn(f"latebloom: {point.name} is installed but could not be imported ({reason})", stacklevel=2)


def _named() -> list[str]:
    return [name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip()]


@cache
def _import(module: str) -> None:
    try:
        if os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())
        importlib.import_module(module)
    except Exception as error:
        reason = f"{type(error).__name__}: {first_line(error)}"
        raise UsageError(f"module {module!r} could not be imported ({reason}); is it on the Python path?") from error
