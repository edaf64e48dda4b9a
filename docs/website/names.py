"""Hook of the site: keeps griffe, which reads the API, from failing on `latebloom.claims.quantity`.

That package exports a function under the name of the module that defines it. Where griffe meets a decorator of that
name inside an ``__init__`` before it has read the module, it takes the function for an alias of itself.
"""

from griffe import CyclicAliasError, Function, Object

_resolve = Function.resolve


def _resolved(self: Function, name: str) -> str:
    try:
        return _resolve(self, name)
    except CyclicAliasError:
        return Object.resolve(self, name)


def on_startup(**kwargs: object) -> None:
    """Before the API is read."""
    Function.resolve = _resolved
