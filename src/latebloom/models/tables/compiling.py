"""Tells who asks how long compilation takes: the first training on a machine waits for it.

numba is imported only where something is compiled, so listeners can be added before it is.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic
from typing import Any

Listener = Callable[[float | None], None]
"""Called with None when a compilation begins, and with its seconds when it has ended."""

_listeners: list[Listener] = []


class listening(AbstractContextManager[None]):  # noqa: N801
    """Tell this listener of every compilation within the block. What is read from the cache is not compiled."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def __enter__(self) -> None:
        _listeners.append(self._listener)

    def __exit__(self, *error: Any) -> None:
        _listeners.remove(self._listener)


def connect() -> None:
    """Pass on what numba tells of compilations. Those that another one needs are part of it."""
    from numba.core import event

    class Compilations(event.Listener):
        depth, began = 0, 0.0

        def on_start(self, event: Any) -> None:
            self.depth += 1
            if self.depth == 1:
                self.began = monotonic()
                _tell(None)

        def on_end(self, event: Any) -> None:
            self.depth -= 1
            if self.depth == 0:
                _tell(monotonic() - self.began)

    event.register("numba:compile", Compilations())


def _tell(seconds: float | None) -> None:
    for listener in tuple(_listeners):  # another run may end at the same time
        listener(seconds)
