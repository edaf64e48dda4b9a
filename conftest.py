"""Checks shapes and types of every call of latebloom under test, at a cost that tests can afford.

jaxtyping's hook (``--jaxtyping-packages``) decorates every function. Its decorator binds the arguments at each call to
compare shapes, although few functions name one, and beartype writes a checker for each function, although few are
called. Here both are done at the first call, and shapes are compared only in functions that name them.
"""

import functools
import inspect
import typing
from collections.abc import Callable
from typing import Any

import jaxtyping

_compared = jaxtyping.jaxtyped


def _checked(*, typechecker: Callable[..., Any]) -> Callable[..., Any]:
    """In place of `jaxtyping.jaxtyped`: the same checks of functions, from their first call on."""

    def decorate(thing: Any) -> Any:
        if not inspect.isfunction(thing) or inspect.iscoroutinefunction(thing) or inspect.isgeneratorfunction(thing):
            return _compared(thing, typechecker=typechecker)
        checked: Callable[..., Any] | None = None

        @functools.wraps(thing)
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal checked
            if checked is None:
                checked = _compared(thing, typechecker=typechecker) if _names_a_shape(thing) else typechecker(thing)
            return checked(*arguments, **named)

        return call

    return decorate


def _names_a_shape(function: Callable[..., Any]) -> bool:
    """Whether an annotation has a shape in it; true where an annotation cannot be evaluated."""
    try:
        return any(map(_has_a_shape, typing.get_type_hints(function).values()))
    except Exception:
        return True


def _has_a_shape(hint: Any) -> bool:
    if isinstance(hint, list | tuple):
        return any(map(_has_a_shape, hint))
    if inspect.isclass(hint) and issubclass(hint, jaxtyping.AbstractArray):
        return True
    return _has_a_shape(typing.get_args(getattr(hint, "__value__", hint)))


jaxtyping.jaxtyped = _checked
