"""A set of steps to record, written as one line of text."""

import json
import re
from typing import Any

from pydantic import model_validator

from latebloom._config import Config

_PIECE = re.compile(r"(\d+)(?:\s+until\s+(\d+))?")
_HELP = 'expected "100" (every 100 steps), "50 until 1000, 500" (pieces) or "[0, 10, 20]" (these steps)'


class Schedule(Config):
    """A set of steps: regular, regular in pieces, or listed. Every schedule except a list includes step 0.

    Written ``"100"`` (every 100 steps), ``"50 until 1000, 500"`` (every 50 up to step 1000, then every 500) or
    ``"[0, 10, 20]"`` (exactly these).
    """

    pieces: tuple[tuple[int, int | None], ...] = ()
    steps: tuple[int, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if isinstance(value, int):
            value = str(value)
        if isinstance(value, list | tuple):
            return {"steps": _listed(value)}
        if not isinstance(value, str):
            return value
        if value.strip().startswith("["):
            try:
                return {"steps": _listed(json.loads(value))}
            except (json.JSONDecodeError, RecursionError):
                raise ValueError(_HELP) from None
        return {"pieces": _pieces(value)}

    @model_validator(mode="after")
    def _can_be_written(self) -> "Schedule":
        """One of the two, in the form in which it is read again."""
        ends = [until for _, until in self.pieces]
        ascending = all(end is not None for end in ends[:-1]) and ends[:-1] == sorted(set(ends[:-1]))  # type: ignore[type-var]
        regular = all(every >= 1 and (until is None or until >= 0) for every, until in self.pieces) and ascending
        listed = all(step >= 0 for step in self.steps) and list(self.steps) == sorted(set(self.steps))
        if bool(self.pieces) == bool(self.steps) or not regular or not listed:
            raise ValueError(_HELP)
        return self

    def __contains__(self, step: int) -> bool:
        """Whether to record this step."""
        if self.steps:
            return step in self.steps
        for every, until in self.pieces:
            if until is None or step <= until:
                return step % every == 0
        return False

    def until(self, last: int) -> list[int]:
        """The steps to record up to ``last``, in order."""
        if self.steps:
            return [step for step in self.steps if step <= last]
        steps: list[int] = []
        start = 0
        for every, end in self.pieces:
            stop = last if end is None else min(end, last)
            steps += range(-(-start // every) * every, stop + 1, every)
            start = max(start, stop + 1)
        return steps

    def __str__(self) -> str:
        if self.steps:
            return json.dumps(list(self.steps))
        return ", ".join(f"{every}" if until is None else f"{every} until {until}" for every, until in self.pieces)


def _listed(steps: Any) -> tuple[int, ...]:
    if not steps or any(not isinstance(step, int) or step < 0 for step in steps):
        raise ValueError(_HELP)
    return tuple(sorted(set(steps)))


def _pieces(text: str) -> tuple[tuple[int, int | None], ...]:
    matches = [_PIECE.fullmatch(part.strip()) for part in text.split(",")]
    if not all(matches):
        raise ValueError(_HELP)
    return tuple((int(m[1]), int(m[2]) if m[2] else None) for m in matches if m)
