"""Checks shapes and types of every call of latebloom under test, at a cost that tests can afford.

jaxtyping's hook (``--jaxtyping-packages``) decorates every function. Its decorator binds the arguments at each call to
compare shapes, although few functions name one, and beartype writes a checker for each function, although few are
called. Here both are done at the first call, and shapes are compared only in functions that name them.

Modules that import torch for type checkers only name its tensors in annotations too: these are compared as well, also
behind a name of their own. Classes of this package that only type checkers see count as any.
"""

import ast
import functools
import inspect
import sys
import typing
from collections.abc import Callable
from typing import Any

import jaxtyping

_compared = jaxtyping.jaxtyped
_SHAPED = ("collections", "jaxtyping", "numpy", "torch")


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
                _evaluate(thing)
                checked = _compared(thing, typechecker=typechecker) if _names_a_shape(thing) else typechecker(thing)
            return checked(*arguments, **named)

        return call

    return decorate


def _evaluate(function: Callable[..., Any]) -> None:
    """Replace the annotations of a function by what they mean, where that can be found out."""
    if any(isinstance(annotation, str) for annotation in function.__annotations__.values()):
        try:
            function.__annotations__ = typing.get_type_hints(
                function, localns=_seen_by_type_checkers(function.__module__), include_extras=True
            )
        except Exception:  # left to the checker, which passes what it cannot evaluate
            return


@functools.cache
def _seen_by_type_checkers(module: str) -> dict[str, Any]:
    """What the blocks ``if TYPE_CHECKING:`` of a module import and define; Any for what is from this package."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    blocks = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    names: dict[str, Any] = {}
    for statement in (statement for block in blocks for statement in block.body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                home = sys.modules.get(getattr(statement, "module", None) or alias.name)
                known = home is not None and home.__name__.partition(".")[0] in _SHAPED
                what = (home if isinstance(statement, ast.Import) else getattr(home, alias.name)) if known else Any
                names[alias.asname or alias.name] = what
        elif isinstance(statement, ast.Assign):
            exec(compile(ast.Module([statement], []), module, "exec"), {**vars(sys.modules[module])}, names)
    return names


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
