"""Stored experiments, converted to the settings of this version."""

from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from latebloom._errors import LatebloomError
from latebloom.training import Experiment


def canonical(stored: dict[str, Any]) -> dict[str, Any]:
    """A stored experiment as this version writes it, with the current names of settings and the defaults of new ones.

    An experiment that this version cannot read, for example because its task is not registered, is returned unchanged.
    """
    with suppress(ValidationError, LatebloomError):
        return Experiment.model_validate(stored).model_dump(mode="json")
    return stored
