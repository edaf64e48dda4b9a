"""The manifest: the experiment, progress and environment of a run, in one small validated JSON file."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from latebloom._errors import DamagedFileError, RunNotFoundError, first_problem
from latebloom.store.documents import read_json, write_json

FORMAT: Final = 1
"""The version of the run directory's layout that this package reads and writes."""

Status = Literal["running", "interrupted", "finished", "diverged", "failed"]


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


UtcTime = Annotated[AwareDatetime, AfterValidator(_in_utc)]


def identity(experiment: dict[str, Any]) -> str:
    """SHA-256, in hex, of the experiment's canonical JSON (sorted keys, no spaces).

    Two experiments have the same identity exactly when their JSON is equal. Tuples count as lists, and the order of
    keys does not matter.
    """
    # The round trip converts number keys to text, so that they can be sorted.
    plain = json.loads(json.dumps(experiment, allow_nan=False))
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class Imported(BaseModel):
    """Where an imported run comes from.

    file: its name. sha256: of its content; of a folder, of the names and contents of its files. format: what it is, in
    words. assumed: what neither the file nor the command says, by name, as text. left_out: what the file holds and the
    run does not have, with the reason. settings: those of the file that latebloom does not use, by name, as text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    format: str
    assumed: dict[str, str] = {}
    left_out: dict[str, str] = {}
    settings: dict[str, str] = {}

    @property
    def form_with_hash(self) -> str:
        """What the file is, with the first digits of its hash, as people read it."""
        return f"{self.format} (SHA-256 {self.sha256[:12]}…)"


class StartedFrom(BaseModel):
    """The finished run whose last state a run started from, in a copy.

    name, experiment_hash, versions, git_commit: those of its manifest. step: its last one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    experiment_hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    step: int = Field(ge=0, lt=2**63)
    versions: dict[str, str] = {}
    git_commit: str | None = None


class Manifest(BaseModel):
    """The manifest of one run. `latebloom.runs` validates `experiment`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = FORMAT
    name: str
    recipe: str
    experiment: dict[str, Any]
    experiment_hash: str
    """`identity(experiment)`; validated, so that an edited experiment is detected before a resume."""
    run: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    """Which run it is: the identity of the experiment, without its length, when it was created; a resume keeps it.

    Checkpoints and state carry it, so that those of another run are recognised. Empty where it was never recorded.
    """
    seed: int | None = Field(ge=-(2**63), lt=2**63)
    """Of the initial weights; None where it is unknown."""
    status: Status
    step: int = Field(ge=0, lt=2**63)
    """The last step known to be on disk. If they differ, `state.safetensors` takes precedence."""
    steps_planned: int | None = Field(default=None, ge=0)
    stopped_because: str | None = None
    created: UtcTime
    updated: UtcTime
    seconds: float | None = Field(default=0.0, ge=0.0, allow_inf_nan=False)
    """Training time so far in seconds, including all resumed parts; None where it is unknown."""
    versions: dict[str, str] = {}
    device: dict[str, str | int] = {}
    git_commit: str | None = None
    message: str | None = None
    classes: dict[str, str] = {}
    """``MODULE:NAME`` of each part of the experiment (task, model, optimiser) that another package defines.

    Names the modules that a reader must import; opening a run never imports them. Not part of the identity of the
    experiment.
    """
    imported: Imported | None = None
    """Where the run comes from, if latebloom did not train it; ``created`` is then the time of the import."""
    started_from: StartedFrom | None = None
    """The run that it goes on from, if it did not begin at step 0; ``created`` and ``seconds`` count from its start."""

    @property
    def began(self) -> datetime | None:
        """When its training began; None where that is unknown."""
        return self.created if self.imported is None else None

    @model_validator(mode="after")
    def _check_hash(self) -> Manifest:
        if self.experiment_hash != identity(self.experiment):
            raise ValueError("experiment_hash does not belong to the experiment")
        return self


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Validate the manifest again, since `model_copy(update=…)` does not, and write it."""
    checked = Manifest.model_validate(manifest.model_dump(warnings=False))
    # Manifests of other runs are what they were before runs could be imported, or start from another one.
    absent = {name for name in ("imported", "started_from") if getattr(checked, name) is None}
    write_json(path, checked.model_dump(mode="json", exclude=absent))


def read_manifest(path: Path) -> Manifest:
    """The manifest. Errors: RunNotFoundError if there is none, DamagedFileError with the first problem."""
    raw = read_json(path)
    if raw is None and not path.exists():
        raise RunNotFoundError(f"no run at {path.parent}: expected a directory with {path.name}; see `latebloom runs`")
    version = raw.get("format") if isinstance(raw, dict) else None
    if isinstance(version, int) and version > FORMAT:
        raise DamagedFileError(f"{path} has format {version}, this latebloom reads {FORMAT}: update latebloom")
    try:
        return Manifest.model_validate(raw)
    except ValidationError as error:
        raise DamagedFileError(f"{path} is not a valid manifest: {first_problem(error)}") from error
