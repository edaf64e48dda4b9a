"""How far a command is, on standard error: one line that changes on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import ceil
from time import monotonic
from types import TracebackType

from latebloom._text import duration

_WIDTH = 24
_CLEAR = "\r\033[K"
_ENOUGH = 0.05


class Progress:
    """Shows how many parts are done and about how long the rest takes, once the command has taken a while.

    Call it with what is done, as in "measuring the checkpoints", the number of parts that are done and the total
    number. Use it as a context manager, so that its line is removed at the end. quiet: show nothing.
    """

    def __init__(self, quiet: bool = False) -> None:
        self._terminal = sys.stderr.isatty()
        self._every = 0.2 if self._terminal else 5.0
        self._due = float("inf") if quiet else monotonic() + (0.5 if self._terminal else 2.0)
        self._what, self._began, self._first = "", 0.0, 0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = monotonic()
        if what != self._what or done < self._first:
            self._what, self._began, self._first = what, now, done
        if now >= self._due:
            self._due = now + self._every
            self._show(f"{what}: {self._bar(done, total)}{done} of {total}{self._left(done, total, now)}")

    def of(self, what: str) -> Callable[[int, int], None]:
        """The same for one thing, called with the number of parts that are done and the total number."""
        return lambda done, total: self(what, done, total)

    def _bar(self, done: int, total: int) -> str:
        filled = _WIDTH * done // max(total, 1)
        return f"{'━' * filled}{'─' * (_WIDTH - filled)} " if self._terminal else ""

    def _left(self, done: int, total: int, now: float) -> str:
        """The time that the rest takes at the speed so far; nothing before `_ENOUGH` of it is done, since the first
        parts may wait for what later ones share."""
        finished = done - self._first
        seconds = (now - self._began) / finished * (total - done) if finished > _ENOUGH * total else 0
        return f", about {duration(ceil(seconds))} left" if seconds else ""

    def _show(self, text: str) -> None:
        if self._terminal:
            print(f"{_CLEAR}{text}", end="", file=sys.stderr, flush=True)
        else:
            print(f"latebloom: {text}", file=sys.stderr, flush=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._terminal:
            print(_CLEAR, end="", file=sys.stderr, flush=True)
