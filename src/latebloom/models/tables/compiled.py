"""How functions are compiled with numba: to machine code that runs without Python's lock and is cached on disk."""

import hashlib
import inspect
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba

from latebloom._stamps import stamps
from latebloom._user_cache import user_cache
from latebloom.models.tables.compiling import connect

_PACKAGE = Path(__file__).parents[2]
_COMPILED = ("models", "training")
"""The packages that hold compiled functions."""

connect()


@cache
def cache_directory(source: Path | None = None) -> Path:
    """The directory of cached machine code. There is one for each state of the source files that it depends on: those
    of this package, and ``source``, a file of another package.

    numba itself checks only the file of the function, so it would reuse code that an edited function is inlined in.
    """
    others = () if source is None else (source,)
    sources = stamps(*(_PACKAGE / part for part in _COMPILED), files=others, ending=".py")
    folder = user_cache() or Path(tempfile.gettempdir()) / "latebloom"
    return folder / hashlib.sha256(repr(sources).encode()).hexdigest()[:16]


def _cache_of(function: Callable[..., Any]) -> Path | None:
    """Where to cache code that depends on this function; None if its source is in no file, as in a notebook."""
    source = Path(inspect.unwrap(function).__code__.co_filename).absolute()
    if source.is_relative_to(_PACKAGE):
        return cache_directory()
    return cache_directory(source) if source.is_file() else None


def _compiler(**options: Any) -> Callable[..., Any]:
    options |= {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
    # Without reference counting: nothing here allocates or keeps an array, and counting costs time at each view.
    options["_nrt"] = False

    def compiler(function: Callable[..., Any], uses: Callable[..., Any] | None = None) -> Any:
        settings: Any = numba.config
        directory = _cache_of(uses or function)
        before, settings.CACHE_DIR = settings.CACHE_DIR, str(directory or "")
        try:
            # A type checker that wraps every function of a package would hide this one from the compiler.
            return numba.njit(**options, cache=directory is not None)(inspect.unwrap(function))
        finally:
            settings.CACHE_DIR = before

    return compiler


# Fast arithmetic here means only that sums may be reordered and that a product and a sum may be rounded once. Strict
# functions say so explicitly: a function without the option inherits it from the first caller that is compiled.
_STRICT: dict[str, Any] = {"fastmath": False}
_VECTORISED: dict[str, Any] = {"fastmath": {"reassoc", "contract", "nsz"}}
_INNER: dict[str, Any] = {"no_cpython_wrapper": True}

entry = _compiler(**_STRICT)
"""Callable from Python too. ``uses``: a function of another file that it calls, if that is not part of this package."""

vectorised_entry = _compiler(**_VECTORISED)
"""Callable from Python too; its sums may be reordered."""

inner = _compiler(**_STRICT, **_INNER)
"""Callable from compiled code only."""

vectorised = _compiler(**_VECTORISED, **_INNER)
"""Callable from compiled code only; its sums may be reordered."""
