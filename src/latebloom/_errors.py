"""Every error that latebloom raises on purpose; each message says what was got, what was expected and what to do.

And what is told of the errors of others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from pydantic import ValidationError


class LatebloomError(Exception):
    """Base of all errors raised on purpose. The command line prints it as one line, never as a traceback.

    Its message is one line whatever it quotes: see `in_one_line`.
    """

    exit_status = 1

    def __init__(self, message: str = "") -> None:
        super().__init__(in_one_line(message))


class UsageError(LatebloomError):
    """The request was wrong: an unknown name, a value out of range, a file of another kind (exit status 2)."""

    exit_status = 2


class StoreError(LatebloomError):
    """The run directory could not be read or written: full disk, no rights, damaged file."""


class RunNotFoundError(UsageError):
    """There is no run at that place."""


class RunLockedError(StoreError):
    """Another process is writing this run."""


class DamagedFileError(UsageError):
    """A file is truncated, or is not what its name says."""


class DivergedError(LatebloomError):
    """Training met a loss that is NaN or infinite."""


def first_problem(error: ValidationError, whole: str = "") -> str:
    """Place and message of the first problem that pydantic found. whole: names the place where it names none."""
    problem = error.errors(include_url=False)[0]
    place = ".".join(map(str, problem["loc"])) or whole
    return f"{place}: {problem['msg']}" if place else problem["msg"]


def setting_problem(error: ValidationError, place: str, prefix: str = "", hint: str = "") -> str:
    """The first problem that pydantic found with settings: which, what was got, what was expected.

    A message without a place of its own names the setting itself. place: of the part that was validated, such as
    ``task.``. prefix: before it. hint: at the end.
    """
    first = error.errors()[0]
    message = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return f"{prefix}{place}{message}{hint}"
    if not message.startswith("got "):
        expected = message.removeprefix("expected ").removeprefix("Input should be ")
        message = f"got {first['input']!r}, expected {expected}"
    return f"{prefix}{place}{'.'.join(map(str, first['loc']))}: {message}{hint}"


MOST_SHOWN = 600
"""Characters of a message that may quote names from a file."""


def in_one_line(text: str) -> str:
    """The text with a space in place of each line break or tab, and a question mark in place of each other character
    that a terminal would act on or cannot show."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable() or category(character) == "Zs":  # thin spaces count as not printable
        return character
    return " " if character.isspace() else "?"


def quoted(text: str) -> str:
    """Text from a file as it may stand in a message: printable, in one line, and not too long."""
    shown = in_one_line(text[: MOST_SHOWN + 1])
    return shown if len(shown) <= MOST_SHOWN else f"{shown[:MOST_SHOWN]} …"


def first_line(error: Exception) -> str:
    """What an error of somebody else's says, in one line: the first of its message, or its type where it has none."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
