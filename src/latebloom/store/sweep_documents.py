"""Documents beside the runs of a sweep, validated like the manifest: ``failures.json``, and what others add.

A document that does not validate is reported by a warning and counts as missing, because the runs themselves are whole.
"""

import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from latebloom._errors import DamagedFileError, first_problem

FAILURES = "failures"

ReadDocument = Callable[[str], Any]
"""Gives a document of a sweep by its name; None where there is none."""

T = TypeVar("T")


class Failure(BaseModel):
    """Why a run failed, in one line, and its experiment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message: str
    experiment: dict[str, Any]


_FAILURES = TypeAdapter(dict[str, Failure])


def failures_of(read: ReadDocument) -> dict[str, Failure]:
    """The failed runs of a sweep by name, including those that failed before they had a manifest."""
    return validated(read, FAILURES, _FAILURES.validate_python) or {}


def validated(read: ReadDocument, name: str, check: Callable[[Any], T]) -> T | None:
    """The document after ``check``; None where there is none, or with a warning where it is damaged."""
    try:
        document = read(name)
        return None if document is None else check(document)
    except ValidationError as error:
        reason = first_problem(error, "the document")
    except DamagedFileError as error:
        reason = str(error)
    warnings.warn(f"{name}.json of the sweep is damaged and not used: {reason}", stacklevel=3)
    return None
