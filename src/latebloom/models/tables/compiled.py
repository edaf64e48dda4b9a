"""How the functions of this room are compiled: to machine code that runs without Python's lock, kept on disk."""

import hashlib
import inspect
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba

_PACKAGE = Path(__file__).parents[2]


@cache
def cache_directory() -> Path:
    """Where machine code is kept: a directory of its own for each state of the rooms whose code is compiled.

    numba compares only the file of the function itself, and would go on using what an edited function was inlined in.
    """
    files = sorted(path for room in ("models", "training") for path in (_PACKAGE / room).rglob("*.py"))
    stamps = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files]
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return home / "latebloom" / hashlib.sha256(repr(stamps).encode()).hexdigest()[:16]


def _compiler(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    options |= {"nogil": True, "cache": True, "error_model": "numpy", "no_cfunc_wrapper": True}
    # Without counting references: nothing here allocates or keeps an array, and the counting costs time at each view.
    options["_nrt"] = False

    def compiler(function: Callable[..., Any]) -> Any:
        settings: Any = numba.config
        before, settings.CACHE_DIR = settings.CACHE_DIR, str(cache_directory())
        try:
            # A type checker that wraps every function of a package would hide this one from the compiler.
            return numba.njit(**options)(inspect.unwrap(function))
        finally:
            settings.CACHE_DIR = before

    return compiler


# Sums may be taken in another order, a product and a sum rounded once; nothing else of "fast" arithmetic. The strict
# ones say so: a function that does not inherits from whoever has it compiled first.
_STRICT: dict[str, Any] = {"fastmath": False}
_VECTORISED: dict[str, Any] = {"fastmath": {"reassoc", "contract", "nsz"}}
_INNER: dict[str, Any] = {"no_cpython_wrapper": True}

entry = _compiler(**_STRICT)
"""Called from Python, too."""

vectorised_entry = _compiler(**_VECTORISED)
"""Called from Python, too; its sums may be taken in another order."""

inner = _compiler(**_STRICT, **_INNER)
"""Called from compiled code only."""

vectorised = _compiler(**_VECTORISED, **_INNER)
"""Called from compiled code only; its sums may be taken in another order."""
