"""``measures.json``: what a run was measured with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from latebloom._errors import DamagedFileError
from latebloom.circuits.family import family_of
from latebloom.measures import Basis
from latebloom.tasks import Task

if TYPE_CHECKING:
    from latebloom.runs import Run

NAME = "measures"
"""Of the document, and of the table with the values."""


@dataclass(frozen=True)
class Measured:
    """step: that of the model that fixed the basis. basis: what every checkpoint was measured with. measures: names."""

    step: int
    basis: Basis
    measures: tuple[str, ...]

    @property
    def document(self) -> dict[str, Any]:
        """As it is stored."""
        return {"step": self.step, **self.basis, "measures": list(self.measures)}


def read_measured(run: Run) -> Measured | None:
    """What the run was measured with; None where it was not measured.

    Errors: DamagedFileError where the document is not one that `latebloom measure` writes.
    """
    document = run.directory.read_document(NAME)
    if document is None:
        return None
    found = _checked(document, run.task)
    if found is None:
        raise DamagedFileError(
            f"{run.path / NAME}.json is damaged, expected what `latebloom measure` writes; remove it and measure again"
        )
    return found


def _checked(document: Any, task: Task) -> Measured | None:
    if not isinstance(document, Mapping):
        return None
    basis = dict(document)
    step, names = basis.pop("step", None), basis.pop("measures", [])  # earlier versions did not store the names
    whole = type(step) is int and isinstance(names, list) and all(isinstance(name, str) for name in names)
    family = family_of(task)
    if not whole or not family.is_basis(task, basis):
        return None
    return Measured(step, basis if family.has_basis else {}, tuple(names))
