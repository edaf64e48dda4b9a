"""The manifest: what a run is, how far it came and what made it, in one small JSON file that validates."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from latebloom._errors import DamagedFileError, RunNotFoundError
from latebloom.store.documents import read_json, write_json

FORMAT: Final = 1
"""The version of the run directory's layout that this package reads and writes."""

Status = Literal["running", "interrupted", "finished", "diverged", "failed"]


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


def identity(experiment: dict[str, Any]) -> str:
    """SHA-256, in hex, of the experiment's canonical JSON (sorted keys, no spaces).

    Two experiments have one identity exactly when their JSON is equal: a tuple is a list, the order of keys is nothing.
    """
    # There and back first: keys that are numbers become text before they are sorted.
    plain = json.loads(json.dumps(experiment, allow_nan=False))
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class Manifest(BaseModel):
    """One run. `experiment` is opaque here; `runs/` gives it a meaning."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = FORMAT
    name: str
    recipe: str
    experiment: dict[str, Any]
    experiment_hash: str
    """`identity(experiment)`; checked, so an edited experiment is noticed before it is resumed."""
    seed: int
    status: Status
    step: int = Field(ge=0)
    """The last step known to be durable; the resume state itself is the authority."""
    steps_planned: int | None = Field(default=None, ge=0)
    stopped_because: str | None = None
    created: Moment
    updated: Moment
    seconds: float = Field(default=0.0, ge=0.0, allow_inf_nan=False)
    """Training time so far, over all sittings."""
    versions: dict[str, str] = {}
    device: dict[str, str | int] = {}
    git_commit: str | None = None
    message: str | None = None

    @model_validator(mode="after")
    def _hash_fits(self) -> Manifest:
        if self.experiment_hash != identity(self.experiment):
            raise ValueError("experiment_hash does not belong to the experiment")
        return self


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Writes the manifest after validating it once more, since `model_copy(update=…)` does not."""
    checked = Manifest.model_validate(manifest.model_dump(warnings=False))
    write_json(path, checked.model_dump(mode="json"))


def read_manifest(path: Path) -> Manifest:
    """The manifest; RunNotFoundError where there is none, DamagedFileError with the first problem otherwise."""
    raw = read_json(path)
    if raw is None and not path.exists():
        raise RunNotFoundError(f"no run at {path.parent}: expected a directory with {path.name}; see `latebloom runs`")
    found = raw.get("format") if isinstance(raw, dict) else None
    if isinstance(found, int) and found > FORMAT:
        raise DamagedFileError(f"{path} has format {found}, this latebloom reads {FORMAT}: update latebloom")
    try:
        return Manifest.model_validate(raw)
    except ValidationError as error:
        raise DamagedFileError(f"{path} is not a valid manifest: {_first_problem(error)}") from error


def _first_problem(error: ValidationError) -> str:
    """Where and what, for the first of the problems."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
